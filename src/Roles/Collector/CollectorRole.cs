using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using NodeBox.Store;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Grpc;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Collector;

/// <summary>
/// The collector role: takes what nodes push, commits it, acknowledges it, and writes run folders. Its listeners are the host's.
/// </summary>
public sealed class CollectorRole : IDisposable
{
    private readonly CollectorDatabase _database;
    private readonly RunApi _api;
    private readonly ILogger _log;
    private bool _commitsFail;

    private CollectorRole(CollectorDatabase database, string runsFolder, ILogger log)
    {
        _database = database;
        _api = new RunApi(new Runs(database, runsFolder));
        _log = log;
    }

    /// <summary>Opens the collector's data, or makes it.</summary>
    /// <exception cref="CollectorException">The data folder cannot be used.</exception>
    public static CollectorRole Open(CollectorSettings settings, ILogger log)
    {
        string folder = Path.GetFullPath(settings.DataDir);
        string runsFolder = Path.Combine(folder, "runs");
        try
        {
            Directory.CreateDirectory(runsFolder);
            return new CollectorRole(
                CollectorDatabase.Open(Path.Combine(folder, "collector.duckdb"), settings.MaxIdleRecords), runsFolder, log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DuckDbException)
        {
            throw new CollectorException(
                $"the collector cannot use its data folder {folder}: {e.Message} "
                + "Set data_dir to a writable folder that no other collector uses.",
                e);
        }
    }

    /// <summary>Serves the push stream; its listener speaks HTTP/2 without TLS.</summary>
    public void MapPush(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapDuplex<Batch, Ack>(TelemetryPusher.Method, Batch.Parser, PushAsync);
        endpoints.MapUnknownMethods();
    }

    /// <summary>Serves the API of runs; its listener speaks HTTP/1.1.</summary>
    public void MapApi(IEndpointRouteBuilder endpoints) => _api.Map(endpoints);

    public void Dispose() => _database.Dispose();

    private async IAsyncEnumerable<Ack> PushAsync(IAsyncEnumerable<Batch> batches, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (Batch batch in batches.WithCancellation(cancellation).ConfigureAwait(false))
        {
            BatchRules.Check(batch);
            Commit(batch);
            yield return new Ack { SpoolId = batch.SpoolId, Sequence = batch.Sequence, CollectorNs = NodeClock.NowNs() };
        }
    }

    private void Commit(Batch batch)
    {
        try
        {
            _database.Commit(batch);
            _commitsFail = false;
        }
        catch (DuckDbException e)
        {
            if (!_commitsFail)
            {
                _commitsFail = true;
                _log.LogError("the collector cannot commit telemetry, which stays in the nodes' spools until it can: {Reason}", e.Message);
            }

            throw new RpcException(StatusCode.Unavailable, $"the collector cannot commit: {e.Message}", e);
        }
    }
}
