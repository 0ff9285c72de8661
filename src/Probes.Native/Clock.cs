using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native;

/// <summary>
/// Turns the kernel's event times (CLOCK_MONOTONIC) into Unix-epoch time. One sample serves a whole run, so that differences stay exact.
/// </summary>
/// <param name="OffsetNs">Unix time minus monotonic time, in ns.</param>
/// <param name="BoundNs">The offset was within this much of the truth when sampled, in ns; later steps of the wall clock are not
/// followed.</param>
public readonly record struct Clock(long OffsetNs, long BoundNs)
{
    private const int Samples = 32;

    /// <summary>
    /// Reads the wall clock between two readings of the monotonic one, several times, and keeps the tightest: the truth lies
    /// between both, so half of their distance bounds the error.
    /// </summary>
    public static Clock Sample()
    {
        Clock best = new(0, long.MaxValue);
        for (int i = 0; i < Samples; i++)
        {
            long before = Now(Libc.CLOCK_MONOTONIC);
            long wall = Now(Libc.CLOCK_REALTIME);
            long after = Now(Libc.CLOCK_MONOTONIC);
            long bound = (after - before + 1) / 2;
            if (bound < best.BoundNs)
            {
                best = new Clock(wall - before - ((after - before) / 2), bound);
            }
        }

        return best;
    }

    /// <summary>Unix-epoch ns of a kernel time.</summary>
    public long ToUnixNs(ulong ktimeNs)
    {
        return (long)ktimeNs + OffsetNs;
    }

    /// <summary>Now, as the kernel's events count it: ns of CLOCK_MONOTONIC.</summary>
    public static ulong KtimeNow()
    {
        return (ulong)Now(Libc.CLOCK_MONOTONIC);
    }

    private static unsafe long Now(int clock)
    {
        timespec time;
        _ = Libc.clock_gettime(clock, &time);
        return time.Nanoseconds;
    }
}
