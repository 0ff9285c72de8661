using System.Globalization;
using System.Text;
using System.Text.Json;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Benchmarks.Probes;

/// <summary>Prints and saves the table.</summary>
internal static class Results
{
    private const string Folder = "artifacts/bench";

    public static void Save(ProbesResult result)
    {
        string table = Table(result);
        File.WriteAllText($"{Folder}/probes.json", JsonSerializer.Serialize(result, BenchJson.Default.ProbesResult));
        File.WriteAllText($"{Folder}/probes.md", table);
        Console.WriteLine(table);
        Console.WriteLine($"Saved as {Folder}/probes.md and {Folder}/probes.json");
    }

    private static string Table(ProbesResult result)
    {
        StringBuilder text = new();
        Comparison off = result.Comparisons.Single(comparison => comparison.Watch == nameof(Watch.Off));
        Line(text, $"{result.Machine.Cpus} × {result.Machine.Cpu}, Linux {result.Machine.Kernel}, {result.Machine.At:yyyy-MM-dd}, {result.Rounds} rounds");
        Line(text, $"");
        Line(text, $"| watched by | CPU per 64 B ping-pong | CPU per connect + 64 B + close | and by the reader | p99 at {result.RequestsPerSecond:N0} requests/s |");
        Line(text, $"|---|---|---|---|---|");
        Line(text, $"| nobody | {off.PingPongNs / 1e3:F2} µs | {off.ConnectNs / 1e3:F1} µs | – | {off.P99Us:F0} µs |");
        foreach (Comparison watched in result.Comparisons.Where(comparison => comparison != off))
        {
            string reader = watched.ConnectReader.High > 0 ? Percent(watched.ConnectReader) : "–";
            Line(text, $"| {Name(watched.Watch)} | {Percent(watched.PingPong)} | {Percent(watched.Connect)} | {reader} | {Percent(watched.P99)} |");
        }

        Line(text, $"| *aim* | core ≤ +2%, with bursts ≤ +4% | ≤ +5% | | inside the noise |");
        Line(text, $"");
        Line(text, $"| figure | measured | aim |");
        Line(text, $"|---|---|---|");
        double median = new Sample(result.Programs.Select(program => program.Nanoseconds)).Quantile(0.5);
        string programs = string.Join(", ", result.Programs.Select(program => Invariant($"{program.Tracepoint} {program.Nanoseconds:F0}")));
        Line(text, $"| a program's run, median over programs | {median:F0} ns ({programs}) | ≤ 110 ns |");
        Line(text, $"| one cut: TCP_INFO, tag in the kernel, queue | {result.CutNs / 1e3:F1} µs | ≤ 3 µs |");
        Line(text, $"| load and attach all programs | {result.AttachMs:F0} ms | ≤ 100 ms |");
        NodeCost node = result.Node;
        Line(text, $"| memory of a probing node (`tools`), idle | {node.IdleMb:F0} MB, of which {node.IdleOwnMb:F0} MB neither code nor ring | ≤ 45 MB |");
        Line(text, $"| … after {node.Connections:N0} connections | {node.UsedMb:F0} MB | |");
        Line(text, $"| CPU of that node per connection it sees at both ends | {node.CpuNsPerConnection / 1e3:F1} µs | |");
        return text.ToString();
    }

    private static string Name(string watch)
    {
        return Enum.Parse<Watch>(watch) switch
        {
            Watch.OffAgain => "nobody, again",
            Watch.Core => "nodebox, core",
            Watch.Bursts => "nodebox, core and bursts",
            _ => "bpftrace",
        };
    }

    private static string Percent(Ratio ratio) => Invariant($"{ratio.Median:+0.0%;−0.0%} [{ratio.Low:+0.0%;−0.0%}, {ratio.High:+0.0%;−0.0%}]");

    private static void Line(StringBuilder text, FormattableString line) => text.Append(Invariant(line)).Append('\n');

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
