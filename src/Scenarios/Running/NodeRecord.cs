using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>What the manifest says of a node: its state before the run and what changed until its end.</summary>
internal static class NodeRecord
{
    private static readonly LedgerEntry s_empty = new(0, 0, 0, 0, 0, 0);

    /// <param name="before">The survey before the first task.</param>
    /// <param name="after">The survey after the last, or null if the node no longer answered.</param>
    /// <param name="flushedBefore">Its ledger then.</param>
    /// <param name="flushedAfter">Its ledger at the end, or null.</param>
    /// <param name="wallNs">How long the run took, in nanoseconds.</param>
    public static ManifestNode Of(NodeSurvey before, NodeSurvey? after, FlushReport flushedBefore, FlushReport? flushedAfter, long wallNs)
    {
        NodeHealth begin = before.Health;
        NodeHealth end = after?.Health ?? begin;
        FlushReport last = flushedAfter ?? flushedBefore;
        return new ManifestNode(
            begin.Role,
            begin.Kernel,
            begin.Rung,
            begin.RungReason,
            begin.CongestionControl,
            Exit: null,
            Math.Max(before.ClockBoundNs, after?.ClockBoundNs ?? 0),
            new ManifestCpu(
                Math.Round((double)(end.CpuNs - begin.CpuNs) / wallNs, 4),
                Math.Round(Math.Max(0, end.RunQueueDelayNs - begin.RunQueueDelayNs) / 1e6, 3)),
            last.Ledger.ToDictionary(
                static probe => probe.Key,
                probe => Difference(probe.Value, flushedBefore.Ledger.GetValueOrDefault(probe.Key, s_empty))),
            last.Dropped - flushedBefore.Dropped);
    }

    private static LedgerEntry Difference(LedgerEntry end, LedgerEntry begin) => new(
        end.Seen - begin.Seen,
        end.Filtered - begin.Filtered,
        end.Aggregated - begin.Aggregated,
        end.Emitted - begin.Emitted,
        end.Dropped - begin.Dropped,
        end.Missed - begin.Missed);
}
