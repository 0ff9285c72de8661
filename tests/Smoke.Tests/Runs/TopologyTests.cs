using System.Text.Json;

namespace NodeBox.Smoke.Tests.Runs;

/// <summary>One command compares the two topologies: it runs the same tasks in both, in one lab and one run folder.</summary>
public sealed class TopologyTests
{
    private const int Tasks = 3;
    private const string Shared = "agentic-multihop/pooled";
    private const string Separate = "agentic-multihop/pooled+separate";

    [Fact]
    public async Task Agents_use_the_shared_llm_and_those_of_their_own_nodes_in_one_run()
    {
        await using Testbed testbed = Testbed.InLab();
        testbed.WriteSmallScenarios(Tasks, concurrency: 2);
        await testbed.MakeModelAsync();
        string[] command =
        [
            Published.Binary, "run-scenario", "baseline", "agentic-multihop", "--lab", "--backends", "shared,separate", "--json",
        ];
        (await testbed.RunAsync(Patience.ForRun, command)).Expect(0);

        using var tables = new RunTables(testbed.RunFolder());
        AssertTasks(tables);
        AssertCalls(tables);
        AssertPaths(tables);
        AssertFiles(testbed.RunFolder());
    }

    // The same tasks, and the baseline, which has no LLM, only once.
    private static void AssertTasks(RunTables tables)
    {
        string[] counts = [.. tables.Query("SELECT scenario || '/' || variant, count(DISTINCT task_key) FROM tasks GROUP BY ALL ORDER BY ALL")
            .Select(static row => $"{row.String(0)} {row.Long(1)}")];
        Assert.Equal([$"{Shared} {Tasks}", $"{Separate} {Tasks}", $"baseline/pooled {Tasks}"], counts);
        Assert.Equal(Tasks, tables.Count("SELECT count(DISTINCT task_key) FROM tasks WHERE scenario = 'agentic-multihop'"));
    }

    // Where an agent's call was served: at the llm node, or at the agent's own.
    private static void AssertCalls(RunTables tables)
    {
        string[] served = [.. tables.Query(
            """
            SELECT DISTINCT variant, client.node, server.node
            FROM spans client JOIN tasks ON tasks.task_id = client.task_id
            JOIN spans server ON server.parent_span_id = client.span_id AND server.kind = 'server'
            WHERE client.kind = 'client' AND client.gen_ai_operation = 'chat'
            ORDER BY ALL
            """).Select(static row => $"{row.String(0)}: {row.String(1)} > {row.String(2)}")];
        Assert.Equal(["pooled: n1 > n3", "pooled: n2 > n3", "pooled+separate: n1 > n1", "pooled+separate: n2 > n2"], served);
    }

    private static void AssertPaths(RunTables tables)
    {
        if (tables.Count("SELECT count(*) FROM slices") == 0)
        {
            Assert.Skip("needs the right to load eBPF, to see which way calls go");
        }

        string[] paths = [.. tables.Query(
            """
            SELECT DISTINCT variant, flows.node, path
            FROM slices JOIN tasks ON tasks.task_id = slices.task_id
            JOIN flows ON flows.flow_id = slices.flow_id AND flows.node = slices.node
            WHERE slices.kind = 'llm' AND direction = 'active'
            ORDER BY ALL
            """).Select(static row => $"{row.String(0)}: {row.String(1)} {row.String(2)}")];
        Assert.Equal(["pooled: n1 link", "pooled: n2 link", "pooled+separate: n1 loopback", "pooled+separate: n2 loopback"], paths);
    }

    private static void AssertFiles(string folder)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")));
        Assert.Equal(
            ["baseline ", "agentic-multihop shared", "agentic-multihop separate"],
            manifest.RootElement.GetProperty("scenarios").EnumerateArray().Select(
                static scenario => $"{scenario.GetProperty("name")} {scenario.GetProperty("backends")}"));
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json")));
        Assert.Equal(
            ["baseline", Shared, Separate],
            summary.RootElement.GetProperty("scenarios").EnumerateObject().Select(static scenario => scenario.Name));
        Assert.Contains(
            summary.RootElement.GetProperty("comparisons").EnumerateArray(),
            static comparison => (comparison.GetProperty("a").GetString(), comparison.GetProperty("b").GetString()) == (Shared, Separate));
    }
}
