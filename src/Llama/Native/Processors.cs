using System.Globalization;
using System.Runtime.InteropServices;

namespace NodeBox.Llama.Native;

/// <summary>How many processors this process may really use.</summary>
internal static unsafe partial class Processors
{
    private const string Cgroups = "/sys/fs/cgroup";
    private const int MaskBytes = 1024;

    /// <summary>
    /// The processors of the thread's affinity mask, or fewer where a cgroup allows less time: a spinning thread uses its share up and then
    /// stands still with all others. At least 1.
    /// </summary>
    public static int Available => Math.Max(1, (int)Math.Min(InMask(), Quota(Cgroups, OwnCgroup(File.ReadAllText("/proc/self/cgroup")))));

    /// <summary>The processors' worth of time that a cgroup (version 2) and all above it allow; infinite without a limit.</summary>
    public static double Quota(string root, string cgroup)
    {
        double least = double.PositiveInfinity;
        for (string? path = cgroup; !string.IsNullOrEmpty(path); path = Path.GetDirectoryName(path))
        {
            string file = Path.Combine(root, path.TrimStart('/'), "cpu.max");
            if (File.Exists(file))
            {
                least = Math.Min(least, Quota(File.ReadAllText(file)));
            }
        }

        return least;
    }

    /// <summary>The path in /proc/self/cgroup's line of version 2, "0::/path".</summary>
    public static string OwnCgroup(string lines) =>
        lines.Split('\n').FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..] ?? "/";

    // "200000 100000" or "max 100000": microseconds of each period, see the kernel's Documentation/admin-guide/cgroup-v2.rst.
    private static double Quota(string limit)
    {
        string[] parts = limit.Split(' ', StringSplitOptions.TrimEntries);
        bool isLimited = parts.Length == 2 && parts[0] != "max";
        return isLimited
            ? double.Parse(parts[0], CultureInfo.InvariantCulture) / double.Parse(parts[1], CultureInfo.InvariantCulture)
            : double.PositiveInfinity;
    }

    private static int InMask()
    {
        // Enough for 8,192 processors; the kernel refuses a mask that is too short for its own.
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        return sched_getaffinity(0, MaskBytes, mask) == 0
            ? new ReadOnlySpan<byte>(mask, MaskBytes).ToArray().Sum(part => byte.PopCount(part))
            : Environment.ProcessorCount;
    }

    [LibraryImport("libc")]
    private static partial int sched_getaffinity(int pid, nuint cpusetsize, byte* mask);
}
