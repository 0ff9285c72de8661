using Google.Protobuf.Collections;

namespace NodeBox.Probing.Slicing;

/// <summary>The figures of a flow or slice that lack what they are made of, or are not what the kernel saw.</summary>
[Flags]
internal enum Missing
{
    None = 0,
    Rtt = 1,
    TxBursts = 2,
    RxBursts = 4,
    Duplicates = 8,
    Retransmits = 16,
    Packets = 32,

    /// <summary>Boundaries: what the slice holds may be several calls'.</summary>
    Cuts = 64,

    /// <summary>Nothing was lost, but a burst reached over the boundary and was divided by bytes: the kernel saw neither part.</summary>
    TxBurstsDivided = 128,
    RxBurstsDivided = 256,
}

internal static class MissingNames
{
    private static readonly (Missing Figure, string Name)[] s_names =
    [
        (Missing.Rtt, "rtt"), (Missing.TxBursts, "tx_bursts"), (Missing.RxBursts, "rx_bursts"), (Missing.Duplicates, "duplicates"),
        (Missing.Retransmits, "retransmits"), (Missing.Packets, "packets"), (Missing.Cuts, "cuts"),
        (Missing.TxBurstsDivided, "tx_bursts_divided"), (Missing.RxBurstsDivided, "rx_bursts_divided"),
    ];

    /// <summary>Appends the names of the run folder.</summary>
    public static void WriteTo(this Missing missing, RepeatedField<string> names) =>
        names.AddRange(s_names.Where(entry => missing.HasFlag(entry.Figure)).Select(static entry => entry.Name));
}
