using System.Diagnostics;

namespace NodeBox.Telemetry;

/// <summary>
/// The node's clock: Unix-epoch nanoseconds that never step. The monotonic clock is converted with one offset taken at start, so that
/// spans, flows and kernel events of a process share one time line even when NTP steps the wall clock.
/// </summary>
public static class NodeClock
{
    // Stopwatch reads CLOCK_MONOTONIC on Linux, the clock of bpf_ktime_get_ns.
    private static readonly long s_offsetNs = SampleOffset();

    /// <summary>Unix-epoch nanoseconds of CLOCK_MONOTONIC zero on this node.</summary>
    public static long OffsetNs => s_offsetNs;

    /// <summary>Now, in Unix-epoch nanoseconds.</summary>
    public static long NowNs() => FromMonotonic(Stopwatch.GetTimestamp());

    /// <summary>Converts a CLOCK_MONOTONIC reading in nanoseconds (for example bpf_ktime_get_ns) to Unix-epoch nanoseconds.</summary>
    public static long FromMonotonic(long monotonicNs) => monotonicNs + s_offsetNs;

    // The tightest of several brackets bounds the error by half the shortest bracket, well under a microsecond.
    private static long SampleOffset()
    {
        if (Stopwatch.Frequency != 1_000_000_000)
        {
            throw new PlatformNotSupportedException("nodebox needs a nanosecond CLOCK_MONOTONIC, which Linux provides.");
        }

        long best = long.MaxValue;
        long offset = 0;
        for (int i = 0; i < 32; i++)
        {
            long before = Stopwatch.GetTimestamp();
            long wallNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
            long bracket = Stopwatch.GetTimestamp() - before;
            if (bracket < best)
            {
                best = bracket;
                offset = wallNs - before - (bracket / 2);
            }
        }

        return offset;
    }
}
