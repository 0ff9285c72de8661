using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>A node at the beginning or at the end of a run.</summary>
/// <param name="Survey">What it says of itself.</param>
/// <param name="Flushed">Its probes' balances, once everything that it had measured was committed.</param>
internal sealed record NodeState(NodeSurvey Survey, FlushReport Flushed)
{
    public string Name => Survey.Health.Node;

    /// <summary>Whether this is another process than <paramref name="earlier"/> was.</summary>
    public bool RestartedSince(NodeState earlier) => Survey.Health.BootId != earlier.Survey.Health.BootId;
}
