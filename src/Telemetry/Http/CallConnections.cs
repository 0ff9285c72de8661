using System.Net.Security;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// The connections that one role opens to others: a pool that all its tasks share, and connections of its own for each task that asks for
/// them. Dispose it when no task is left.
/// </summary>
/// <param name="cut">Takes the boundaries made on them.</param>
/// <param name="tls">How https URLs are reached; null: whom the machine trusts.</param>
public sealed class CallConnections(CutSlice cut, SslClientAuthenticationOptions? tls = null) : IDisposable
{
    /// <summary>Tasks share connections: what they do by default.</summary>
    public const string Pooled = "pooled";

    /// <summary>Each task opens its own.</summary>
    public const string PerTask = "per_task";

    /// <summary>The baggage key by which a task asks every node for another setting than <see cref="Pooled"/>.</summary>
    public const string Baggage = "nodebox.connections";

    private readonly CallHandler _shared = new(new Connector(cut, tls).NewPool());

    /// <summary>The connections of the task whose span is current. Dispose them at its end.</summary>
    public TaskConnections Lease() => Spans.Current?.GetBaggageItem(Baggage) == PerTask
        ? new TaskConnections(cut, tls)
        : new TaskConnections(_shared, isOwn: false);

    /// <summary>Closes the pooled connections.</summary>
    public void Dispose() => _shared.Dispose();
}
