namespace NodeBox.Probes.Native;

/// <summary>A probe's account since it was attached, over all CPUs: Seen = Filtered + Aggregated + Emitted + Dropped.</summary>
/// <param name="Probe">The tracepoint's name; for the programs of packets with <c>/packets</c> behind it.</param>
/// <param name="Seen">Runs of the program.</param>
/// <param name="Filtered">Other namespaces, other protocols, changes that are not reported.</param>
/// <param name="Aggregated">Remembered with the socket, for a later record.</param>
/// <param name="Emitted">Records written to the ring.</param>
/// <param name="Dropped">Records lost because the ring was full.</param>
/// <param name="Missed">Outside of the balance: runs that the kernel skipped because the program was already running on that CPU, and flows
/// for which it had no memory.</param>
public sealed record ProbeLedger(string Probe, ulong Seen, ulong Filtered, ulong Aggregated, ulong Emitted, ulong Dropped, ulong Missed)
{
    /// <summary>True when every run is accounted for.</summary>
    public bool Balances => Seen == Filtered + Aggregated + Emitted + Dropped;
}
