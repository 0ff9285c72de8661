namespace NodeBox.Probing.Slicing;

/// <summary>What a flow has come to, at its end or at a snapshot: the end of its last slice.</summary>
/// <param name="AtKtimeNs">When, in ns of CLOCK_MONOTONIC.</param>
/// <param name="TxBytes">Payload bytes given to the network, each once.</param>
/// <param name="RxBytes">Payload bytes received in order.</param>
/// <param name="TxSegs">Data segments sent, without retransmissions.</param>
/// <param name="RxSegs">Data segments that arrived, duplicates included.</param>
/// <param name="TxSegsExact">False where the local queue refused segments that were counted all the same.</param>
/// <param name="SmoothedRttUs">In µs, null without a sample.</param>
internal readonly record struct FlowTotals(
    ulong AtKtimeNs, long TxBytes, long RxBytes, long TxSegs, long RxSegs, bool TxSegsExact = true, uint? SmoothedRttUs = null);
