using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>Opens and closes a run at the collector, and fetches what it wrote.</summary>
/// <param name="http">Not traced: control traffic belongs to no task.</param>
/// <param name="collector">The collector's HTTP API.</param>
public sealed class CollectorClient(HttpClient http, Uri collector)
{
    /// <exception cref="RunException">The collector does not answer, or another run is open there.</exception>
    public Task StartAsync(string runId, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(collector, "api/runs"))
        {
            Content = new StringContent($$"""{"run_id":"{{runId}}"}""", Encoding.UTF8, "application/json"),
        };
        return AskAsync($"start run {runId}", request, static _ => Task.CompletedTask, cancellation);
    }

    /// <summary>Makes the collector write the run's tables and logs, and copies each into <paramref name="directory"/>.</summary>
    /// <returns>The last balance of each probe that the nodes pushed, by node.</returns>
    /// <exception cref="RunException">The collector cannot, or a file cannot be written here.</exception>
    public async Task<ILookup<string, CollectedLedger>> FinishAsync(string runId, string directory, CancellationToken cancellation)
    {
        FinishedRun? run = null;
        var finish = new HttpRequestMessage(HttpMethod.Post, new Uri(collector, $"api/runs/{runId}/finish"));
        await AskAsync($"finish run {runId}", finish, async body => run = await ReadAsync(body, cancellation), cancellation);
        foreach (string file in run!.Files)
        {
            string path = PathOf(file, directory);
            var fetch = new HttpRequestMessage(HttpMethod.Get, new Uri(collector, $"api/runs/{runId}/files/{file}"));
            await AskAsync($"deliver {file}", fetch, body => SaveAsync(body, path, cancellation), cancellation);
        }

        return run.Ledgers.ToLookup(static ledger => ledger.Node);
    }

    /// <summary>Makes the collector delete its copy of a run's files.</summary>
    /// <exception cref="RunException">The collector cannot.</exception>
    public Task DeleteAsync(string runId, CancellationToken cancellation)
    {
        var delete = new HttpRequestMessage(HttpMethod.Delete, new Uri(collector, $"api/runs/{runId}"));
        return AskAsync($"delete its copy of run {runId}", delete, static _ => Task.CompletedTask, cancellation);
    }

    private static string PathOf(string file, string directory)
    {
        string path = Path.GetFullPath(Path.Combine(directory, file));
        return path.StartsWith(Path.GetFullPath(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new RunException($"the collector named a file outside the run folder: {file}");
    }

    private static async Task<FinishedRun> ReadAsync(Stream body, CancellationToken cancellation) =>
        await JsonSerializer.DeserializeAsync(body, CollectorJson.Default.FinishedRun, cancellation) ?? throw new JsonException("null");

    private static async Task SaveAsync(Stream body, string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using FileStream target = File.Create(path);
        await body.CopyToAsync(target, cancellation);
    }

    // The answer is read as it comes: a table may be larger than memory.
    private async Task AskAsync(string what, HttpRequestMessage request, Func<Stream, Task> take, CancellationToken cancellation)
    {
        try
        {
            using (request)
            using (HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation))
            {
                if (!response.IsSuccessStatusCode)
                {
                    string detail = await response.Content.ReadAsStringAsync(cancellation);
                    throw new RunException($"the collector could not {what}: {(int)response.StatusCode} {detail}");
                }

                await take(await response.Content.ReadAsStreamAsync(cancellation));
            }
        }
        catch (HttpRequestException e)
        {
            string hint = "Is `nodebox --role collector` running there?";
            throw new RunException($"the collector does not answer at {collector}: {e.Message}. {hint}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RunException($"the collector could not {what}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new RunException($"the collector at {collector} could not {what} within {http.Timeout.TotalSeconds} s", e);
        }
    }
}

/// <summary>What the collector answers when a run is finished.</summary>
/// <param name="Files">Paths in the run folder.</param>
/// <param name="Ledgers">The last balance of each probe of each node since that started.</param>
internal sealed record FinishedRun(IReadOnlyList<string> Files, IReadOnlyList<CollectedLedger> Ledgers);

/// <summary>A probe's balance since its node started, as <see cref="LedgerEntry"/>.</summary>
public sealed record CollectedLedger(
    string Node,
    string Probe,
    long Seen,
    long Filtered,
    long Aggregated,
    long Emitted,
    long Dropped,
    long Missed,
    IReadOnlyList<string> Figures)
{
    public LedgerEntry ToEntry() => new(Seen, Filtered, Aggregated, Emitted, Dropped, Missed, Figures);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FinishedRun))]
internal sealed partial class CollectorJson : JsonSerializerContext;
