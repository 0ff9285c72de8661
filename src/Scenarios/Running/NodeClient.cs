using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>Asks a node, through its control port, how it is and to flush what it measured.</summary>
/// <param name="http">Not traced: control traffic belongs to no task.</param>
/// <param name="target">The node.</param>
public sealed class NodeClient(HttpClient http, NodeTarget target)
{
    public string Name => target.Name;

    /// <summary>The node's health, and how closely its clock agrees with this machine's.</summary>
    /// <exception cref="RunException">The node does not answer or is not ready.</exception>
    public async Task<NodeSurvey> SurveyAsync(CancellationToken cancellation)
    {
        NodeSurvey? best = null;
        for (int i = 0; i < 5; i++)
        {
            long sentNs = NodeClock.NowNs();
            long began = Stopwatch.GetTimestamp();
            NodeHealth health = await CallAsync(HttpMethod.Get, "health", ControlJson.Default.NodeHealth, cancellation);
            long roundTripNs = (long)Stopwatch.GetElapsedTime(began).TotalNanoseconds;

            // NTP's bound: the node read its clock somewhere inside the round trip.
            long offsetNs = Math.Abs(health.NowNs - (sentNs + (roundTripNs / 2)));
            long boundNs = offsetNs + (roundTripNs / 2);
            if (best is null || boundNs < best.ClockBoundNs)
            {
                best = new NodeSurvey(health, boundNs, roundTripNs);
            }
        }

        return best!;
    }

    /// <summary>Returns once everything that the node has measured is committed at the collector.</summary>
    public Task<FlushReport> FlushAsync(CancellationToken cancellation) =>
        CallAsync(HttpMethod.Post, "flush", ControlJson.Default.FlushReport, cancellation);

    private async Task<T> CallAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var uri = new Uri(target.Control, path);
        try
        {
            using var request = new HttpRequestMessage(method, uri);
            using HttpResponseMessage response = await http.SendAsync(request, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                string detail = await response.Content.ReadAsStringAsync(cancellation);
                throw new RunException($"node {target.Name} ({uri}) answered {(int)response.StatusCode}: {detail}");
            }

            return await response.Content.ReadFromJsonAsync(type, cancellation)
                ?? throw new RunException($"node {target.Name} ({uri}) answered with no content");
        }
        catch (HttpRequestException e)
        {
            throw new RunException($"node {target.Name} does not answer at {uri}: {e.Message}. Is `nodebox --role {target.Role}` running there?", e);
        }
    }
}

/// <param name="Health">What the node says of itself.</param>
/// <param name="ClockBoundNs">The node's clock differs from the driver's by at most this many nanoseconds.</param>
/// <param name="RoundTripNs">The fastest control request's round trip, in nanoseconds.</param>
public sealed record NodeSurvey(NodeHealth Health, long ClockBoundNs, long RoundTripNs);
