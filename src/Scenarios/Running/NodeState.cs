using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>A node at the end of a run.</summary>
/// <param name="State">Null if it did not say that everything is committed.</param>
/// <param name="Why">Why not, where it answered or may only be slow; null where it is gone.</param>
internal sealed record NodeEnd(NodeState? State, string? Why = null);

/// <summary>A node at the beginning or at the end of a run.</summary>
/// <param name="Survey">What it says of itself.</param>
/// <param name="Flushed">Its probes' balances, once everything that it had measured was committed.</param>
internal sealed record NodeState(NodeSurvey Survey, FlushReport Flushed)
{
    public string Name => Survey.Health.Node;

    /// <summary>Whether this is another process than <paramref name="earlier"/> was.</summary>
    public bool RestartedSince(NodeState earlier) => Survey.Health.BootId != earlier.Survey.Health.BootId;
}
