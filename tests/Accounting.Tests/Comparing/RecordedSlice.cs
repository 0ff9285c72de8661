using System.Net;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Comparing;

/// <summary>A row of slices.parquet.</summary>
/// <param name="Number">0 is the connection's own.</param>
/// <param name="Missing">The figures that lost records, separated by commas; divided bursts lost none.</param>
internal sealed record RecordedSlice(
    long Number, string? TaskId, string? SpanId, string Kind, Traffic Traffic, bool SegsExact, bool Shared, string Missing);

/// <summary>A row of flows.parquet with its slices in order, and its retransmissions.</summary>
/// <param name="Traffic">As the flow's own row says.</param>
/// <param name="Retransmits">Segments in retransmits.parquet, by slice; -1 is no slice.</param>
internal sealed record RecordedFlow(
    string Id,
    string Node,
    bool IsActive,
    IPEndPoint Local,
    IPEndPoint Remote,
    long BeginNs,
    bool IsClosed,
    Traffic Traffic,
    IReadOnlyList<RecordedSlice> Slices,
    IReadOnlyDictionary<long, long> Retransmits)
{
    public override string ToString() => $"{Node} {Local} {(IsActive ? "→" : "←")} {Remote} ({Id})";
}
