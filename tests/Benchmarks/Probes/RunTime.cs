using System.Globalization;

namespace NodeBox.Benchmarks.Probes;

/// <summary>CPU time as the scheduler counts it, in ns; /proc/PID/stat has ticks only.</summary>
internal static class RunTime
{
    /// <summary>Of all living threads of a process.</summary>
    public static double OfProcess(int pid) => Directory.EnumerateDirectories($"/proc/{pid}/task").Sum(OfThread);

    private static double OfThread(string task)
    {
        string[] numbers = File.ReadAllText($"{task}/schedstat").Split(' ');
        return double.Parse(numbers[0], CultureInfo.InvariantCulture);
    }
}
