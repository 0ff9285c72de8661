using System.Text;
using System.Text.Json;

namespace NodeBox.Scenarios.Running;

/// <summary>Opens and closes a run at the collector, and fetches what it wrote.</summary>
public sealed class CollectorClient(HttpClient http, Uri collector)
{
    public async Task StartAsync(string runId, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, "api/runs", $$"""{"run_id":"{{runId}}"}""", cancellation);
        await ExpectSuccessAsync(response, $"start run {runId}", cancellation);
    }

    /// <summary>Drops an unfinished run, so that the next one may start.</summary>
    public async Task AbortAsync(string runId, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Delete, $"api/runs/{runId}", null, cancellation);
        await ExpectSuccessAsync(response, $"abort run {runId}", cancellation);
    }

    /// <summary>Makes the collector write the run's tables and logs, and copies each into <paramref name="directory"/>.</summary>
    public async Task FinishAsync(string runId, string directory, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, $"api/runs/{runId}/finish", null, cancellation);
        await ExpectSuccessAsync(response, $"finish run {runId}", cancellation);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        using JsonDocument reply = await JsonDocument.ParseAsync(body, cancellationToken: cancellation);
        foreach (JsonElement file in reply.RootElement.GetProperty("files").EnumerateArray())
        {
            await DownloadAsync(runId, file.GetString()!, directory, cancellation);
        }
    }

    private async Task DownloadAsync(string runId, string file, string directory, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(Path.Combine(directory, file));
        if (!path.StartsWith(Path.GetFullPath(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new RunException($"the collector named a file outside the run folder: {file}");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"api/runs/{runId}/files/{file}", null, cancellation);
        await ExpectSuccessAsync(response, $"fetch {file}", cancellation);
        await using FileStream target = File.Create(path);
        await response.Content.CopyToAsync(target, cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(collector, path));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        try
        {
            return await http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new RunException($"the collector does not answer at {collector}: {e.Message}. Is `nodebox --role collector` running there?", e);
        }
    }

    private static async Task ExpectSuccessAsync(HttpResponseMessage response, string what, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
        {
            string detail = await response.Content.ReadAsStringAsync(cancellation);
            throw new RunException($"the collector could not {what}: {(int)response.StatusCode} {detail}");
        }
    }
}
