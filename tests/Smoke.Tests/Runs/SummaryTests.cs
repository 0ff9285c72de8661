using System.Text.Json;

namespace NodeBox.Smoke.Tests.Runs;

/// <summary>summary.json has the figures of every scenario, for programs.</summary>
[Collection(nameof(FinishedRun))]
public sealed class SummaryTests(FinishedRun run)
{
    [Fact]
    public void Has_the_metrics_of_every_scenario_in_one_order()
    {
        JsonElement summary = run.Json("summary.json");
        Assert.Equal(Path.GetFileName(run.Folder), summary.GetProperty("run_id").GetString());
        JsonProperty[] scenarios = [.. summary.GetProperty("scenarios").EnumerateObject()];
        Assert.Equal(FinishedRun.Scenarios, scenarios.Select(static scenario => scenario.Name));
        string[] all = [.. scenarios.SelectMany(Metrics).Select(static metric => metric.Name).Distinct()];
        Assert.Equal(["success", "task_duration_ms", "llm_calls", "tool_calls", "agent_messages", "service_calls"], all[..6]);
        Assert.All(scenarios, scenario =>
        {
            string[] metrics = [.. Metrics(scenario).Select(static metric => metric.Name)];
            Assert.Equal(all[..6], metrics[..6]);
            Assert.Equal(BpfObjects.Loadable, metrics.Contains("flows_per_task"));
            Assert.Equal(BpfObjects.Loadable, metrics.Contains("rtt_us"));
        });
        Assert.NotEqual(0, summary.GetProperty("comparisons").GetArrayLength());
    }

    [Fact]
    public void Each_metric_has_its_unit_its_count_and_an_interval_around_its_mean()
    {
        JsonElement scenarios = run.Json("summary.json").GetProperty("scenarios");
        foreach (JsonElement metric in scenarios.EnumerateObject().SelectMany(Metrics).Select(static metric => metric.Value))
        {
            Assert.NotEqual("", metric.GetProperty("unit").GetString());
            Assert.True(metric.GetProperty("n").GetInt32() > 0);
            JsonElement interval = metric.GetProperty("ci95").GetProperty("mean");
            Assert.InRange(metric.GetProperty("mean").GetDouble(), interval[0].GetDouble() - 1e-9, interval[1].GetDouble() + 1e-9);
        }
    }

    [Fact]
    public async Task Is_made_again_from_the_folder_alone()
    {
        string before = File.ReadAllText(Path.Combine(run.Folder, "summary.json"));
        string copy = Path.Combine(run.Testbed.Folder, "copy");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(run.Folder).Where(static file => !file.EndsWith("summary.json") && !file.EndsWith(".html")))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        Outcome outcome = (await run.Testbed.RunAsync("report", copy)).Expect(0);
        Assert.Contains(outcome.Out, line => line.StartsWith($"{FinishedRun.AllTasks} of {FinishedRun.AllTasks} tasks succeeded. Report: "));
        Assert.Equal(before, File.ReadAllText(Path.Combine(copy, "summary.json")));
        Assert.True(File.Exists(Path.Combine(copy, "report.html")));
    }

    private static IEnumerable<JsonProperty> Metrics(JsonProperty scenario) => scenario.Value.GetProperty("metrics").EnumerateObject();
}
