using System.Globalization;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Benchmarks.Probes;

/// <summary>What one load measured in one round.</summary>
/// <param name="LoadNs">CPU ns of both ends per operation: the median over blocks.</param>
/// <param name="ReaderNs">CPU ns that the reader used per operation meanwhile.</param>
internal readonly record struct LoadResult(double LoadNs, double ReaderNs);

/// <summary>Runs the compiled loads of tests/Benchmarks/Loads inside the namespace.</summary>
internal sealed class Loads(BenchNamespace place, ProbesOptions options)
{
    private const string Folder = "artifacts/bench/loads";

    // A reader drains every 20 ms; what a load left in the ring is read by then.
    private static readonly TimeSpan s_drained = TimeSpan.FromMilliseconds(50);

    private readonly string _cpu = options.LoadCpu.ToString(CultureInfo.InvariantCulture);
    private readonly string _softirq = Ksoftirqd(options.LoadCpu);

    /// <summary>Connections that have been opened and closed so far.</summary>
    public int Connections { get; private set; }

    /// <summary>64 bytes there and back on one connection.</summary>
    /// <param name="reader">The process whose CPU is measured beside; null for none.</param>
    public LoadResult PingPong(int? reader)
    {
        Connections++;
        return CpuPerOperation(reader, "pingpong", options.PingPongsPerBlock);
    }

    /// <summary>Connections, each with 64 bytes there and back.</summary>
    /// <param name="reader">As in <see cref="PingPong"/>.</param>
    public LoadResult Connect(int? reader)
    {
        Connections += (options.Blocks + 1) * options.ConnectionsPerBlock;
        return CpuPerOperation(reader, "connect", options.ConnectionsPerBlock);
    }

    /// <summary>The median over windows of the p99 latency of requests at a fixed rate.</summary>
    public double P99Us() => new Sample(Run("rate", _cpu, Text(options.RequestsPerSecond), Text(options.Windows))).Quantile(0.5);

    private LoadResult CpuPerOperation(int? reader, string load, int operations)
    {
        double before = ReaderNs(reader);
        double[] blocks = Run(load, _cpu, _softirq, Text(options.Blocks), Text(operations));
        Thread.Sleep(s_drained);
        return new LoadResult(new Sample(blocks).Quantile(0.5), (ReaderNs(reader) - before) / ((options.Blocks + 1) * operations));
    }

    private static double ReaderNs(int? pid) => pid is int reader ? RunTime.OfProcess(reader) : 0;

    private double[] Run(string load, params string[] arguments)
    {
        string output = Command.Run("ip", place.Inside([$"{Folder}/{load}", .. arguments]));
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Ksoftirqd(int cpu)
    {
        string name = $"ksoftirqd/{cpu}";
        string? folder = Directory.EnumerateDirectories("/proc", "*").FirstOrDefault(folder => Comm(folder) == name);
        return Path.GetFileName(folder) ?? throw new InvalidOperationException($"no process is named {name}: run this where kernel threads are visible");
    }

    private static string? Comm(string folder)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(folder)[0]) ? File.ReadAllText($"{folder}/comm").TrimEnd() : null;
        }
        catch (IOException)
        {
            // The process ended meanwhile.
            return null;
        }
    }
}
