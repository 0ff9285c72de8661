namespace NodeBox.Benchmarks;

/// <summary>Where it was measured.</summary>
internal sealed record Machine(string Kernel, string Cpu, int Cpus, DateTime At)
{
    public static Machine Describe()
    {
        string model = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        return new Machine(kernel, model, Environment.ProcessorCount, DateTime.UtcNow);
    }
}
