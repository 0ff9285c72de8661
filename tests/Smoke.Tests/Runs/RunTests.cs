using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeBox.Smoke.Tests.Runs;

/// <summary>What a run of the three scenarios in a lab prints and leaves behind.</summary>
[Collection(nameof(FinishedRun))]
public sealed class RunTests(FinishedRun run)
{
    private static readonly string[] s_nodes = ["n1", "n2", "n3", "n4"];

    [Fact]
    public void Prints_the_comparison_and_where_the_report_is()
    {
        string text = string.Join('\n', run.Outcome.Out);
        int tasks = 3 * FinishedRun.Tasks * FinishedRun.Repetitions;
        Assert.Contains($"{tasks} of {tasks} tasks succeeded. Report: {run.Folder}/report.html", text.Replace("\n", " "));
        Assert.Matches(@"│ Success \(%\) +│ +100 │ +100 │ +100 │", text);
        Assert.DoesNotContain("FAILS", text);

        // Neither stream is a terminal here.
        Assert.DoesNotContain('\u001b', text + string.Concat(run.Outcome.Errors));
    }

    [Fact]
    public void Leaves_nothing_of_the_lab() => Assert.Empty(Leftovers.Of(run.Testbed.Name, run.Testbed.Folder));

    [Fact]
    public void Same_seed_gives_the_same_tasks_in_every_scenario_and_repetition()
    {
        string[] keys =
        [
            .. run.Tables
                .Query("SELECT string_agg(task_key, ' ' ORDER BY task_key) AS keys FROM tasks GROUP BY scenario, rep ORDER BY scenario, rep")
                .Select(static row => row.String("keys")),
        ];
        Assert.Equal(3 * FinishedRun.Repetitions, keys.Length);
        Assert.Single(keys.Distinct());
        Assert.Equal(FinishedRun.Tasks, keys[0].Split(' ').Distinct().Count());
    }

    [Fact]
    public void Every_task_succeeded_and_has_an_id_of_its_own()
    {
        const string Sql = "SELECT count(*) FROM tasks WHERE outcome = 'success' AND begin_ns < end_ns AND intended_begin_ns <= begin_ns AND task_id SIMILAR TO '[0-9a-f]{32}'";
        int tasks = 3 * FinishedRun.Tasks * FinishedRun.Repetitions;
        Assert.Equal(tasks, run.Tables.Count(Sql));
        Assert.Equal(tasks, run.Tables.Count("SELECT count(DISTINCT task_id) FROM tasks"));
    }

    [Fact]
    public void Manifest_tells_how_the_run_came_about()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "manifest.json")));
        JsonElement manifest = document.RootElement;
        Assert.Equal(1, manifest.GetProperty("schema").GetInt32());
        Assert.Equal(Path.GetFileName(run.Folder), manifest.GetProperty("run_id").GetString());
        Assert.Matches(@"^\d{8}T\d{6}Z-[0-9a-f]{6}$", Path.GetFileName(run.Folder));
        Assert.Equal(FinishedRun.Seed, manifest.GetProperty("seed").GetInt32());
        Assert.Equal("run-scenario baseline agentic-simple agentic-multihop --lab --runs 2 --seed 7", manifest.GetProperty("command").GetString());
        Assert.True(manifest.GetProperty("complete").GetBoolean());
        Assert.Contains("nodebox", manifest.GetProperty("versions").EnumerateObject().Select(static version => version.Name));
        Assert.Equal(
            ["baseline", "agentic-simple", "agentic-multihop"],
            manifest.GetProperty("scenarios").EnumerateArray().Select(static scenario => Path.GetFileNameWithoutExtension(scenario.GetProperty("file").GetString())));
        Assert.All(manifest.GetProperty("scenarios").EnumerateArray(), AssertHash);
        Assert.Equal(["n1", "n2", "n3"], manifest.GetProperty("links").EnumerateArray().Select(static link => link.GetProperty("to").GetString()));
        JsonProperty[] nodes = [.. manifest.GetProperty("nodes").EnumerateObject()];
        Assert.Equal(s_nodes, nodes.Select(static node => node.Name));
        Assert.All(nodes, static node => AssertNode(node.Value));
    }

    [Fact]
    public void Every_ledger_balances_and_nothing_is_dropped()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "manifest.json")));
        foreach (JsonProperty node in manifest.RootElement.GetProperty("nodes").EnumerateObject())
        {
            Assert.SkipWhen(node.Value.GetProperty("rung").GetString() == "none", "needs CAP_BPF");
            JsonProperty[] probes = [.. node.Value.GetProperty("ledger").EnumerateObject()];
            Assert.Equal(["inet_sock_set_state", "tcp_rcv_space_adjust", "tcp_retransmit_skb"], probes.Select(static probe => probe.Name));
            Assert.True(probes[0].Value.GetProperty("emitted").GetInt64() > 0, $"{node.Name} emitted nothing");
            foreach (JsonElement probe in probes.Select(static probe => probe.Value))
            {
                long accounted = Sum(probe, "filtered", "aggregated", "emitted", "dropped");
                Assert.Equal(probe.GetProperty("seen").GetInt64(), accounted);
                Assert.Equal(0, Sum(probe, "dropped", "missed"));
            }
        }
    }

    [Fact]
    public void Summary_has_every_metric_of_every_scenario()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "summary.json")));
        JsonElement summary = document.RootElement;
        Assert.Equal(Path.GetFileName(run.Folder), summary.GetProperty("run_id").GetString());
        JsonProperty[] scenarios = [.. summary.GetProperty("scenarios").EnumerateObject()];
        Assert.Equal(["baseline", "agentic-simple", "agentic-multihop"], scenarios.Select(static scenario => scenario.Name));
        Assert.Single(scenarios.Select(static scenario => string.Join(' ', scenario.Value.GetProperty("metrics").EnumerateObject().Select(static metric => metric.Name))).Distinct());
        foreach (JsonElement metric in scenarios.SelectMany(static scenario => scenario.Value.GetProperty("metrics").EnumerateObject()).Select(static metric => metric.Value))
        {
            Assert.NotEqual("", metric.GetProperty("unit").GetString());
            Assert.True(metric.GetProperty("n").GetInt32() > 0);
            JsonElement interval = metric.GetProperty("ci95").GetProperty("mean");
            Assert.InRange(metric.GetProperty("mean").GetDouble(), interval[0].GetDouble() - 1e-9, interval[1].GetDouble() + 1e-9);
        }

        Assert.NotEqual(0, summary.GetProperty("comparisons").GetArrayLength());
    }

    [Fact]
    public void Report_needs_no_other_file_and_no_network()
    {
        string html = File.ReadAllText(Path.Combine(run.Folder, "report.html"));
        Assert.StartsWith("<!DOCTYPE html>", html);
        Assert.EndsWith("</html>", html.TrimEnd());
        Assert.Contains(Path.GetFileName(run.Folder), html);
        Assert.All(new[] { "baseline", "agentic-simple", "agentic-multihop" }, scenario => Assert.Contains(scenario, html));

        // Names of XML namespaces look like addresses and are none.
        string[] references = [.. Regex.Matches(html, @"(?:src|href)\s*=\s*""(?!#|data:)[^""]*""|url\((?!#|data:)[^)]*\)|@import").Select(static match => match.Value)];
        Assert.Empty(references);
        Assert.DoesNotMatch(@"(?<!xmlns="")(?<!xmlns:\w+="")https?://(?!10\.77\.0\.)", html);
    }

    [Fact]
    public void Each_node_has_its_log()
    {
        string[] logs = [.. Directory.EnumerateFiles(Path.Combine(run.Folder, "logs")).Select(static file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal(["n1.log", "n2.log", "n3.log", "n4.log"], logs);
        Assert.All(logs, log => Assert.NotEqual(0, new FileInfo(Path.Combine(run.Folder, "logs", log)).Length));
    }

    private static void AssertHash(JsonElement scenario)
    {
        byte[] content = File.ReadAllBytes(scenario.GetProperty("file").GetString()!);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), scenario.GetProperty("sha256").GetString());
    }

    private static void AssertNode(JsonElement node)
    {
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), node.GetProperty("kernel").GetString());
        Assert.Contains(node.GetProperty("rung").GetString(), new[] { "tp_btf", "none" });
        Assert.Equal("cubic", node.GetProperty("congestion_control").GetString());
        Assert.Equal(0, node.GetProperty("exit").GetInt32());
        Assert.InRange(node.GetProperty("clock_bound_ns").GetInt64(), 1, 1_000_000_000);
        Assert.InRange(node.GetProperty("cpu").GetProperty("busy").GetDouble(), 0, Environment.ProcessorCount);
        Assert.True(node.GetProperty("cpu").GetProperty("run_queue_delay_ms").GetDouble() >= 0);
    }

    private static long Sum(JsonElement probe, params string[] fields) => fields.Sum(field => probe.GetProperty(field).GetInt64());
}
