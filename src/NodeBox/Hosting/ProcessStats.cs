using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NodeBox.Hosting;

/// <summary>What /proc says of this process.</summary>
internal static class ProcessStats
{
    private const int IPPROTO_TCP = 6;
    private const int TCP_CONGESTION = 13;
    private const int TCP_CA_NAME_MAX = 16;

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

    /// <summary>The congestion control of a connection to <paramref name="listener"/>: routes may set another than the namespace's default.</summary>
    public static async Task<string> CongestionControlAsync(IPEndPoint listener)
    {
        using var socket = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener);
        byte[] name = new byte[TCP_CA_NAME_MAX];
        int length = socket.GetRawSocketOption(IPPROTO_TCP, TCP_CONGESTION, name);
        return Encoding.ASCII.GetString(name.AsSpan(0, length)).TrimEnd('\0');
    }
}
