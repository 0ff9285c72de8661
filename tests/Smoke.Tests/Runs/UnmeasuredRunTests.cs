using System.Text.Json;

namespace NodeBox.Smoke.Tests.Runs;

/// <summary>
/// Without the right to load eBPF, scenarios run all the same, and everything that shows them says that flows were not measured and why.
/// </summary>
public sealed class UnmeasuredRunTests
{
    private const string Why = "the kernel refused bpf(2) with EPERM";

    private static readonly string[] s_nodes = ["n1", "n2", "n3", "n4"];

    [Fact]
    public async Task Scenarios_run_and_flows_are_said_to_be_not_measured()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        testbed.WriteSmallScenarios(tasks: 2, concurrency: 2);
        await testbed.MakeModelAsync();
        IReadOnlyList<string> powerless = Rights.Without("bpf", "perfmon", "sys_admin");
        await using (LoopbackNodes nodes = await LoopbackNodes.StartAsync(testbed, powerless))
        {
            await nodes.AllSayAsync($"flows are not measured: {Why}");
            string[] command =
            [
                .. powerless, Published.Binary, "run-scenario", "baseline", "agentic-simple", "agentic-multihop", "--state", testbed.State,
            ];
            AssertTerminal((await testbed.RunAsync(Patience.ForRun, command)).Expect(0));
        }

        AssertManifest(testbed.RunFolder());
        AssertSummary(testbed.RunFolder());
        string report = File.ReadAllText(Path.Combine(testbed.RunFolder(), "report.html"));
        Assert.Contains(Why, report);
        Assert.Contains("not measured", report);
        using var tables = new RunTables(testbed.RunFolder());
        Assert.Equal(0, tables.Count("SELECT count(*) FROM flows"));
        Assert.Equal(6, tables.Count("SELECT count(*) FROM tasks WHERE outcome = 'success'"));
    }

    private static void AssertTerminal(Outcome outcome)
    {
        string text = string.Join('\n', outcome.Out);
        Assert.All(s_nodes, node => Assert.Contains($"Flows were not measured on {node}: {Why}", text));
        Assert.Matches("│ Flows per task +│ +not measured │ +not measured │ +not measured │", text);
        Assert.Contains("6 of 6 tasks succeeded", text);
    }

    private static void AssertManifest(string folder)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")));
        foreach (JsonProperty node in manifest.RootElement.GetProperty("nodes").EnumerateObject())
        {
            Assert.Equal("none", node.Value.GetProperty("rung").GetString());
            Assert.Contains(Why, node.Value.GetProperty("rung_reason").GetString());
            Assert.Empty(node.Value.GetProperty("ledger").EnumerateObject());
        }
    }

    // A figure that was not measured is absent, never zero.
    private static void AssertSummary(string folder)
    {
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json")));
        foreach (JsonProperty scenario in summary.RootElement.GetProperty("scenarios").EnumerateObject())
        {
            Assert.Equal(
                ["success", "task_duration_ms", "llm_calls", "tool_calls", "agent_messages", "service_calls"],
                scenario.Value.GetProperty("metrics").EnumerateObject().Select(static metric => metric.Name));
        }
    }
}
