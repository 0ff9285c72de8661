using NodeBox.Probes.Native;
using NodeBox.Telemetry.Control;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing;

/// <summary>The balances of the probes, and of the slices' boundaries, with what their losses touch.</summary>
internal static class ProbeAccounts
{
    /// <summary>The account of this node's slice boundaries, which is kept like a probe's.</summary>
    public const string Cuts = "slice_cuts";

    /// <summary>Each account by its name.</summary>
    public static Dictionary<string, LedgerEntry> Of(IReadOnlyList<ProbeLedger> probes, RecorderCounters recorder)
    {
        var accounts = probes.ToDictionary(static probe => probe.Probe, static probe => new LedgerEntry(
            (long)probe.Seen,
            (long)probe.Filtered,
            (long)probe.Aggregated,
            (long)probe.Emitted,
            (long)probe.Dropped,
            (long)probe.Missed,
            FiguresOf(probe.Probe)));
        long dropped = recorder.CutsDropped + recorder.Flows.RefusedCuts;
        long seen = recorder.CutsDropped + recorder.Flows.Cuts;
        accounts[Cuts] = new LedgerEntry(seen, 0, seen - dropped, 0, dropped, 0, FiguresOf(Cuts));
        return accounts;
    }

    /// <summary>An account as it is pushed.</summary>
    public static DropLedger RecordOf(string name, LedgerEntry account, long atNs) => new()
    {
        Probe = name,
        AtNs = atNs,
        Seen = (ulong)account.Seen,
        Filtered = (ulong)account.Filtered,
        Aggregated = (ulong)account.Aggregated,
        Emitted = (ulong)account.Emitted,
        Dropped = (ulong)account.Dropped,
        Missed = (ulong)account.Missed,
        Figures = { account.Figures ?? [] },
    };

    // What a probe's records make, and what therefore is not to be relied on when it has lost some.
    private static IReadOnlyList<string> FiguresOf(string name) => name switch
    {
        "inet_sock_set_state" => ["flows", "slices", "rtt", "tx_bursts", "rx_bursts"],
        "tcp_probe" => ["rtt", "rx_bursts", "duplicates", "zero_windows"],
        "net_dev_start_xmit" => ["tx_bursts"],
        "tcp_probe/packets" or "net_dev_start_xmit/packets" => ["packets"],
        "tcp_retransmit_skb" => ["retransmits"],
        "tcp_rcv_space_adjust" => ["pid"],
        "bpf_iter_tcp" => ["rtt"],
        Cuts => ["slices"],
        _ => [],
    };
}
