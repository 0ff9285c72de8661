using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>What the manifest says of a node: its state before the run and what changed until its end.</summary>
internal static class NodeRecord
{
    private static readonly LedgerEntry s_zero = new(0, 0, 0, 0, 0, 0);

    /// <param name="before">The node before the first task.</param>
    /// <param name="after">The node after the last, or null if it no longer answered: then what it did at the end is unknown.</param>
    /// <param name="pushed">The balances that it pushed last.</param>
    public static ManifestNode Of(NodeState before, NodeState? after, IEnumerable<CollectedLedger> pushed)
    {
        NodeHealth health = before.Survey.Health;
        bool restarted = after?.RestartedSince(before) == true;

        // A restarted node counts from zero again; what it had counted before is lost with its process.
        FlushReport? begin = restarted ? null : before.Flushed;
        return new ManifestNode(
            health.Role,
            health.Kernel,
            health.Rung,
            health.RungReason,
            health.CongestionControl,
            Exit: null,
            Math.Max(before.Survey.ClockBoundNs, after?.Survey.ClockBoundNs ?? 0),
            after is null || restarted ? null : CpuOf(health, after.Survey.Health),
            LedgerOf(begin, after?.Flushed.Ledger ?? pushed.ToDictionary(static ledger => ledger.Probe, static ledger => ledger.ToEntry())),
            after is null ? null : after.Flushed.Dropped - (begin?.Dropped ?? 0),
            health.Packets);
    }

    private static ManifestCpu CpuOf(NodeHealth begin, NodeHealth end) => new(
        Math.Round((double)(end.CpuNs - begin.CpuNs) / (end.NowNs - begin.NowNs), 4),
        Math.Round(Math.Max(0, end.RunQueueDelayNs - begin.RunQueueDelayNs) / 1e6, 3));

    private static Dictionary<string, LedgerEntry> LedgerOf(
        FlushReport? begin, IReadOnlyDictionary<string, LedgerEntry> end) => end.ToDictionary(
        static probe => probe.Key,
        probe => Difference(probe.Value, begin?.Ledger.GetValueOrDefault(probe.Key) ?? s_zero));

    private static LedgerEntry Difference(LedgerEntry end, LedgerEntry begin) => new(
        end.Seen - begin.Seen,
        end.Filtered - begin.Filtered,
        end.Aggregated - begin.Aggregated,
        end.Emitted - begin.Emitted,
        end.Dropped - begin.Dropped,
        end.Missed - begin.Missed,
        end.Figures);
}
