using NodeBox.Probes.Native;
using NodeBox.Telemetry.Http;

namespace NodeBox.Probing.Slicing;

/// <summary>
/// Where the slices of a flow begin. A cut says it; three things correct it:
/// <list type="bullet">
/// <item>a segment that arrived after the cut, but whose bytes had been received before, belongs before it;</item>
/// <item>where a cut could not know its segments, those of the bursts before it are the estimate;</item>
/// <item>what was written and never sent, as the connection ended first, belongs to nobody.</item>
/// </list>
/// So the sums over slices are the flow's totals, whatever happened.
/// </summary>
internal static class SlicePositions
{
    /// <summary>The beginning of each slice in order, and last the end of the last one if <paramref name="end"/> is known.</summary>
    public static Position[] Of(IReadOnlyList<Slice> slices, IReadOnlyList<(long Offset, LateDuplicate Fact)> duplicates, FlowTotals? end)
    {
        var positions = new Position[slices.Count + (end is null ? 0 : 1)];
        for (int i = 0; i < slices.Count; i++)
        {
            positions[i] = slices[i].Begin ?? (i == 0 ? Position.Zero : Of(slices[i - 1], positions[i - 1], slices[i].Cut, duplicates));
        }

        if (end is { } totals)
        {
            positions[^1] = new Position(totals.TxBytes, totals.RxBytes, totals.TxSegs, totals.RxSegs, totals.TxSegsExact);
        }

        for (int i = positions.Length - 2; i >= 0; i--)
        {
            positions[i] = positions[i].AtMost(positions[i + 1]);
        }

        return positions;
    }

    private static Position Of(
        Slice before, in Position begin, in SliceCut cut, IReadOnlyList<(long Offset, LateDuplicate Fact)> duplicates)
    {
        long txSegs = cut.TxSegs ?? begin.TxSegs + before.Shape.SegsOf(TrafficDirection.Tx);
        long rxSegs = cut.RxSegs ?? begin.RxSegs + before.Shape.SegsOf(TrafficDirection.Rx);
        if (cut.RxSegs is { } counted)
        {
            foreach ((long offset, LateDuplicate fact) in duplicates)
            {
                rxSegs += offset < cut.RxOffset && fact.DataSegmentsIn > counted ? fact.Segments : 0;
            }
        }

        return new Position(cut.TxOffset, cut.RxOffset, txSegs, rxSegs, cut.TxSegs is not null && cut.RxSegs is not null);
    }
}
