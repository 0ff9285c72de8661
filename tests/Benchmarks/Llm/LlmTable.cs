using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NodeBox.Benchmarks.Llm;

/// <summary>Prints and saves the tables of `./dev bench llm`.</summary>
internal static class LlmTable
{
    private const string Folder = "artifacts/bench";

    private static readonly Dictionary<int, double> s_aims = new() { [1] = 1.0, [4] = 1.3, [8] = 1.5, [16] = 1.5 };

    public static void Save(LlmResult result)
    {
        string table = Of(result);
        Directory.CreateDirectory(Folder);
        File.WriteAllText($"{Folder}/llm.json", JsonSerializer.Serialize(result, LlmBenchJson.Default.LlmResult));
        File.WriteAllText($"{Folder}/llm.md", table);
        Console.WriteLine(table);
        Console.WriteLine($"Saved as {Folder}/llm.md and {Folder}/llm.json");
    }

    private static string Of(LlmResult result)
    {
        StringBuilder text = new();
        Machine machine = result.Machine;
        Line(text, $"{machine.Cpus} × {machine.Cpu}, Linux {machine.Kernel}, {machine.At:yyyy-MM-dd}, {result.Rounds} rounds, {result.Threads} threads a server");
        Line(text, $"against node-llama-cpp {result.Peer}; a random model of 180 million parameters, Q8_0");
        Line(text, $"");
        Line(text, $"| clients | tokens/s: nodebox, node-llama-cpp | ratio | aim | first token p50 / p99 (ms) | gap between tokens p50 / p99 (ms) | same texts |");
        Line(text, $"|---|---|---|---|---|---|---|");
        foreach (LevelComparison level in result.Levels)
        {
            (ServerFigures node, ServerFigures peer, Ratio ratio) = (level.Node, level.Peer, level.TokensPerSecond);
            string speeds = Invariant($"{node.TokensPerSecond:F0}, {peer.TokensPerSecond:F0} | {ratio.Median:F2} [{ratio.Low:F2}, {ratio.High:F2}]");
            string times = $"{First(node)}, {First(peer)} | {Gap(node)}, {Gap(peer)}";
            Line(text, $"| {level.Clients} | {speeds} | {Aim(level.Clients)} | {times} | {level.SameTexts} of {level.Answers} |");
        }

        (HttpCost http, Growth growth) = (result.Http, result.Growth);
        Line(text, $"");
        Line(text, $"| figure | measured | aim |");
        Line(text, $"|---|---|---|");
        Line(text, $"| resident memory, ratio to node-llama-cpp | {result.NodeMb:F0} MB, {result.PeerMb:F0} MB: {result.NodeMb / result.PeerMb:F2} | ≤ 0.7 |");
        Line(text, $"| HTTP adds to the first token (engine alone {http.EngineFirstTokenMs:F2} ms) | {Microseconds(http.FirstTokenMs)} | ≤ 1000 µs |");
        Line(text, $"| HTTP adds to the gap between tokens (engine alone {http.EngineGapMs * 1e3:F0} µs) | {Microseconds(http.GapMs)} | ≤ 50 µs |");
        Line(text, $"| resident memory after {growth.Requests:N0} requests | {growth.BeforeMb:F1} → {growth.AfterMb:F1} MB: {growth.Ratio - 1:+0.0%;−0.0%} | ≤ +5% |");
        return text.ToString();
    }

    private static string Aim(int clients) => s_aims.TryGetValue(clients, out double aim) ? Invariant($"≥ {aim:F1}") : "";

    private static string First(ServerFigures figures) => Invariant($"{figures.FirstTokenP50Ms:F1} / {figures.FirstTokenP99Ms:F1}");

    private static string Gap(ServerFigures figures) => Invariant($"{figures.GapP50Ms:F2} / {figures.GapP99Ms:F2}");

    private static string Microseconds(Ratio ms) => Invariant($"{ms.Median * 1e3:F0} µs [{ms.Low * 1e3:F0}, {ms.High * 1e3:F0}]");

    private static void Line(StringBuilder text, FormattableString line) => text.Append(Invariant(line)).Append('\n');

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
