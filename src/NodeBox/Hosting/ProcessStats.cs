using System.Globalization;

namespace NodeBox.Hosting;

/// <summary>What /proc says of this process.</summary>
internal static class ProcessStats
{
    public static long CpuNs() => (long)Environment.CpuUsage.TotalTime.TotalNanoseconds;

    /// <summary>Nanoseconds that the living threads have waited on a run queue (second field of schedstat, proc(5)); 0 without schedstats.</summary>
    public static long RunQueueDelayNs()
    {
        long total = 0;
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                string[] fields = File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ');
                total += long.Parse(fields[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread ended between the listing and the read, or the kernel has no schedstats.
            }
        }

        return total;
    }

    public static string KernelRelease() => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    public static string CongestionControl() => File.ReadAllText("/proc/sys/net/ipv4/tcp_congestion_control").Trim();
}
