namespace NodeBox.Probes.Native.Maps;

/// <summary>CPUs this kernel could ever have: a per-CPU value has a copy for each, also for those that are absent.</summary>
internal static class PossibleCpus
{
    private static readonly Lazy<int> s_count = new(() => Parse(File.ReadAllText("/sys/devices/system/cpu/possible")));

    public static int Count => s_count.Value;

    /// <summary>Reads a CPU list as in <c>0-3,8-11</c>.</summary>
    /// <returns>One more than the highest number: the kernel's copies are dense.</returns>
    public static int Parse(string list)
    {
        string last = list.Trim().Split(',', '-')[^1];
        return int.Parse(last) + 1;
    }
}
