using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>Asks a node, through its control port, how it is and to flush what it measured.</summary>
/// <param name="http">Not traced: control traffic belongs to no task.</param>
/// <param name="target">The node.</param>
public sealed class NodeClient(HttpClient http, NodeTarget target)
{
    private const int Surveys = 5;

    public string Name => target.Name;

    /// <summary>The node's health, and how closely its clock agrees with this machine's.</summary>
    /// <exception cref="RunException">The node does not answer, or another one does.</exception>
    public async Task<NodeSurvey> SurveyAsync(CancellationToken cancellation)
    {
        NodeSurvey? best = null;
        for (int i = 0; i < Surveys; i++)
        {
            long sentNs = NodeClock.NowNs();
            long began = Stopwatch.GetTimestamp();
            NodeHealth health = await CallAsync(HttpMethod.Get, "health", ControlJson.Default.NodeHealth, cancellation);
            long roundTripNs = (long)Stopwatch.GetElapsedTime(began).TotalNanoseconds;
            RequireName(health);

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
    /// <exception cref="RunException">The node does not answer, or its telemetry does not reach the collector.</exception>
    public Task<FlushReport> FlushAsync(CancellationToken cancellation) =>
        CallAsync(HttpMethod.Post, "flush", ControlJson.Default.FlushReport, cancellation);

    private void RequireName(NodeHealth health)
    {
        if (health.Node != target.Name)
        {
            throw new RunException($"{target.Control} is node {health.Node}, not {target.Name}: give all machines the same roles.toml");
        }
    }

    private async Task<T> CallAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        var uri = new Uri(target.Control, path);
        try
        {
            using var request = new HttpRequestMessage(method, uri);
            using HttpResponseMessage response = await http.SendAsync(request, cancellation);
            string body = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null")
                : throw new RunException($"node {target.Name} ({uri}) answered {(int)response.StatusCode}: {body}");
        }
        catch (HttpRequestException e)
        {
            string hint = $"Is `nodebox --role {target.Role}` running there?";
            throw new RunException($"node {target.Name} does not answer at {uri}: {e.Message}. {hint}", e);
        }
        catch (JsonException e)
        {
            throw new RunException($"what answers at {uri} is not node {target.Name}: {e.Message} Another program may have its port.", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new RunException($"node {target.Name} does not answer at {uri} within {http.Timeout.TotalSeconds} s", e);
        }
    }
}

/// <param name="Health">What the node says of itself.</param>
/// <param name="ClockBoundNs">The node's clock differs from the driver's by at most this many nanoseconds.</param>
/// <param name="RoundTripNs">The round trip of the control request that bounds the clock best, in nanoseconds.</param>
public sealed record NodeSurvey(NodeHealth Health, long ClockBoundNs, long RoundTripNs);
