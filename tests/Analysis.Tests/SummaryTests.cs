using System.Text.Json;
using System.Text.Json.Nodes;
using NodeBox.Analysis.Metrics;

namespace NodeBox.Analysis.Tests;

public sealed class SummaryTests
{
    [Fact]
    public void Holds_the_figures_of_a_known_run()
    {
        using RunFolderBuilder builder = TwoScenarios();
        using RunFolder folder = builder.Open();
        Summary summary = Summary.Of(folder);

        Assert.Equal(["baseline", "agentic-simple"], summary.Scenarios.Keys);
        Assert.StartsWith("slices.parquet holds none: each flow counts", Assert.Single(summary.Notes), StringComparison.Ordinal);
        (string Metric, double Mean, double P50)[] expected =
        [
            ("success", 0.5, 0.5),
            ("task_duration_ms", 15, 15),
            ("llm_calls", 0, 0),
            ("tool_calls", 1, 1),
            ("flows_per_task", 1.5, 1.5),
            ("flows_all_per_task", 2, 2),
            ("connections_opened_per_task", 1.5, 1.5),
            ("tx_bytes_per_task", 350, 350),
            ("rx_bytes_per_task", 3000, 3000),
            ("tx_segs_per_task", 3, 3),
            ("rx_segs_per_task", 6, 6),
            ("tx_payload_per_segment_bytes", 110, 110),
            ("rx_payload_per_segment_bytes", 500, 500),
            ("up_down_ratio", 0.11, 0.11),
            ("retrans_segs_per_task", 2.5, 2.5),
            ("min_rtt_us", 200, 200),
            ("srtt_us", 400, 400),
        ];
        foreach ((string metric, double mean, double p50) in expected)
        {
            MetricSummary have = summary.Scenarios["baseline"].Metrics[metric];
            Assert.Equal((metric, mean, p50), (metric, Math.Round(have.Mean, 9), Math.Round(have.P50, 9)));
            Assert.Equal(Metric.Of(metric).Unit, have.Unit);
            Assert.InRange(have.Mean, have.Ci95["mean"][0], have.Ci95["mean"][1]);
        }

        Assert.Equal(2, summary.Scenarios["baseline"].Metrics["task_duration_ms"].N);
        Assert.Equal(3, summary.Scenarios["baseline"].Metrics["min_rtt_us"].N);
        Assert.Equal(19.5, summary.Scenarios["baseline"].Metrics["task_duration_ms"].P95, 9);
    }

    [Fact]
    public void Compares_each_pair_in_each_metric_with_the_earlier_one_first()
    {
        using RunFolderBuilder builder = TwoScenarios().Task("t4", "agentic-multihop", 900).ToolCall("t4", "s4");
        using RunFolder folder = builder.Open();
        Summary summary = Summary.Of(folder);

        var pairs = summary.Comparisons.Select(comparison => (comparison.A, comparison.B)).Distinct();
        Assert.Equal([("baseline", "agentic-multihop"), ("baseline", "agentic-simple"), ("agentic-multihop", "agentic-simple")], pairs);

        Comparison duration = summary.Comparisons.First(comparison => comparison is { B: "agentic-simple", Metric: "task_duration_ms" });
        Assert.Equal(1, duration.Effect);
        Assert.Equal([1, 1], duration.Ci95);
        Assert.Equal(1, duration.PAdjusted);
        Assert.Equal(285, duration.Shift, 9);
    }

    [Fact]
    public void Scenarios_stand_as_the_manifest_lists_them_after_the_baseline()
    {
        using RunFolderBuilder builder = new();
        builder.Task("t1", "a", 1).Task("t2", "b", 1).Task("t3", "baseline", 1).Task("t4", "c", 1);
        builder.Manifest["scenarios"] = new JsonArray(new JsonObject { ["name"] = "c" }, new JsonObject { ["name"] = "b" });
        using RunFolder folder = builder.Open();

        Assert.Equal(["baseline", "c", "b", "a"], folder.Scenarios);
    }

    [Fact]
    public void Is_written_as_the_contract_says()
    {
        using RunFolderBuilder builder = TwoScenarios();
        using RunFolder folder = builder.Open();
        string path = builder.FileOf("summary.json");
        Summary.Of(folder).WriteJson(path);

        JsonElement root = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.Equal("20260101T000000Z-abc123", root.GetProperty("run_id").GetString());
        JsonElement scenario = root.GetProperty("scenarios").GetProperty("agentic-simple");
        JsonElement metric = scenario.GetProperty("metrics").GetProperty("task_duration_ms");
        const string Figures = """
            "mean":300,"p50":300,"p95":300,"p99":300
            """;
        const string Intervals = """{"mean":[300,300],"p50":[300,300],"p95":[300,300],"p99":[300,300]}""";
        Assert.Equal($$"""{"unit":"ms","n":1,{{Figures}},"ci95":{{Intervals}}}""", Compact(metric));
        JsonElement comparison = root.GetProperty("comparisons")[0];
        const string Begin = """{"a":"baseline","b":"agentic-simple","metric":"success","effect":0.5,"ci95":[""";
        Assert.StartsWith(Begin, Compact(comparison), StringComparison.Ordinal);
        Assert.Equal(2, comparison.GetProperty("ci95").GetArrayLength());
        Assert.InRange(comparison.GetProperty("p_adjusted").GetDouble(), 0, 1);
    }

    [Fact]
    public void Two_readings_of_a_folder_give_the_same_file()
    {
        using RunFolderBuilder builder = TwoScenarios();
        builder.Write();
        string[] texts = new string[2];
        for (int i = 0; i < texts.Length; i++)
        {
            using RunFolder folder = RunFolder.Open(builder.Path);
            Summary.Of(folder).WriteJson(builder.FileOf("summary.json"));
            texts[i] = File.ReadAllText(builder.FileOf("summary.json"));
        }

        Assert.Equal(texts[0], texts[1]);
    }

    [Fact]
    public void Variants_of_a_scenario_are_told_apart()
    {
        using RunFolderBuilder builder = new RunFolderBuilder()
            .Task("t1", "baseline", 1, variant: "lan")
            .Task("t2", "agentic-simple", 1, variant: "lan")
            .Task("t3", "agentic-simple", 1, variant: "wan");
        using RunFolder folder = builder.Open();

        Assert.Equal(["baseline", "agentic-simple/lan", "agentic-simple/wan"], folder.Scenarios);
    }

    [Fact]
    public void A_variant_stands_where_it_does_whichever_was_first()
    {
        using RunFolderBuilder builder = new();
        builder.Manifest.Remove("scenarios");
        (string Scenario, string Variant)[] tasks = [("b", "pooled+separate"), ("a", "pooled"), ("b", "pooled"), ("b", "pooled"), ("b", "pooled+separate")];
        foreach ((int at, (string scenario, string variant)) in tasks.Index())
        {
            builder.Row("tasks", "run", 0L, scenario, variant, "key", $"t{at}", 0L, (long)at, at + 1L, "success", 0L, 0L, 0L, 0L);
        }

        using RunFolder folder = builder.Open();
        Assert.Equal(["b/pooled", "b/pooled+separate", "a"], folder.Scenarios);
    }

    [Fact]
    public void Without_measured_flows_their_metrics_are_absent_and_the_reason_is_given()
    {
        using RunFolderBuilder builder = new RunFolderBuilder().Task("t1", "baseline", 10);
        foreach (string node in new[] { "n1", "n2" })
        {
            builder.Manifest["nodes"]![node]!["rung"] = "none";
            builder.Manifest["nodes"]![node]!["rung_reason"] = "needs CAP_BPF";
        }

        using RunFolder folder = builder.Open();
        Summary summary = Summary.Of(folder);

        Assert.False(folder.FlowsMeasured);
        Assert.Equal(
            ["success", "task_duration_ms", "llm_calls", "tool_calls", "agent_messages", "service_calls"],
            summary.Scenarios["baseline"].Metrics.Keys);
        Assert.Equal(["Flows were not measured on n1: needs CAP_BPF", "Flows were not measured on n2: needs CAP_BPF"], summary.Notes);
        Assert.Contains(ComparisonTable.Of(summary).Rows, row => row.SequenceEqual(["Flows per task", "not measured"]));
    }

    // Tasks call from n1 and are served by n2; t4 has no span and no traffic.
    [Theory]
    [InlineData("n1", new[] { "flows_per_task", "tx_bytes_per_task", "packets_per_task", "up_down_ratio", "retrans_segs_per_task" })]
    [InlineData("n2", new[] { "retrans_segs_per_task", "retrans_share" })]
    public void What_a_node_did_not_measure_of_a_scenarios_tasks_is_absent_and_not_zero(string blind, string[] absent)
    {
        using RunFolderBuilder builder = TwoScenarios().Task("t4", "agentic-multihop", 1);
        builder.Manifest["nodes"]![blind]!["rung"] = "none";
        using RunFolder folder = builder.Open();
        Summary summary = Summary.Of(folder);

        Assert.All(absent, metric => Assert.DoesNotContain(metric, summary.Scenarios["baseline"].Metrics.Keys));
        Assert.All(absent.Take(1), metric => Assert.Equal(0, summary.Scenarios["agentic-multihop"].Metrics[metric].Mean));
        Assert.Equal(absent.Length == 2, summary.Scenarios["baseline"].Metrics.ContainsKey("flows_per_task"));
        IReadOnlyList<string> row = ComparisonTable.Of(summary).Rows.Single(row => row[0] == $"{Metric.Of(absent[0]).Label}");
        Assert.Equal(["not measured", "0", "not measured"], row.Skip(1));
    }

    [Fact]
    public void The_table_has_a_column_a_scenario_and_units_in_its_rows()
    {
        using RunFolderBuilder builder = TwoScenarios();
        using RunFolder folder = builder.Open();
        TextTable table = ComparisonTable.Of(Summary.Of(folder));

        Assert.Equal(["", "baseline", "agentic-simple"], table.Columns);
        Assert.All(table.Rows, row => Assert.Equal(3, row.Count));
        Assert.Contains(table.Rows, row => row.SequenceEqual(["Tasks", "2", "1"]));
        Assert.Contains(table.Rows, row => row.SequenceEqual(["Success (%)", "50 [0, 100]", "100"]));
        Assert.Contains(table.Rows, row => row.SequenceEqual(["Task duration, median (ms)", "15 [10, 20]", "300"]));
        Assert.Contains(table.Rows, row => row.SequenceEqual(["Minimum RTT of a flow, median (µs)", "200 [100, 300]", "250"]));
    }

    // Baseline: t1 has one connection and one on loopback; t2 has two connections and failed. One retransmission by a client, four by a
    // server. There are no slices: connections were opened per task.
    internal static RunFolderBuilder TwoScenarios() => new RunFolderBuilder()
        .Task("t1", "baseline", 10).ToolCall("t1", "s1")
        .Task("t2", "baseline", 20, outcome: "failed").ToolCall("t2", "s2")
        .Task("t3", "agentic-simple", 300).ToolCall("t3", "s3")
        .Connection("t1", 40001, up: 100, down: 1000, upSegs: 1, downSegs: 2, rtt: 100)
        .End("t1", 40002, active: true, tx: 7, rx: 7, path: "loopback", rtt: 1)
        .Connection("t2", 40003, up: 400, down: 3000, upSegs: 2, downSegs: 6, rtt: 200)
        .End("t2", 40004, active: true, tx: 200, rx: 2000, txSegs: 3, rxSegs: 4, rtt: 300, retrans: 1)
        .End("t2", 40004, active: false, tx: 2000, rx: 200, txSegs: 4, rxSegs: 3, rtt: 900, retrans: 4)
        .Connection("t3", 40005, up: 5000, down: 50, rtt: 250)
        .End(null, 40006, active: true, tx: 99999, rx: 1, rtt: 5)
        .End(null, 40006, active: false, tx: 1, rx: 99999, rtt: 5);

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);
}
