using NodeBox.Analysis.Checks;

namespace NodeBox.Analysis.Tests.Checks;

public sealed class CompletenessTests
{
    [Fact]
    public void A_whole_run_passes_every_check()
    {
        using RunFolderBuilder builder = Whole();

        Assert.All(builder.Checks(), check => Assert.True(check.Outcome == CheckOutcome.Passed, $"{check.Name}: {check.Detail}"));
    }

    [Fact]
    public void A_call_without_a_server_span_is_named()
    {
        using RunFolderBuilder builder = Whole().Task("t2", "baseline", 10).ToolCall("t2", "s2", served: false)
            .Exchange(40001, 2, "t2", "s2", "tool", 0, 0);

        Check failed = TheFailed(builder);
        Assert.StartsWith("Every LLM, tool, agent and service call", failed.Name, StringComparison.Ordinal);
        Assert.Equal("tool 1 of 2; without a server span: execute_tool lookup on n1, task t2", failed.Detail);
    }

    [Fact]
    public void A_server_span_of_another_task_does_not_count()
    {
        using RunFolderBuilder builder = Whole().Task("t2", "baseline", 10).ToolCall("t2", "s2", served: false)
            .Exchange(40001, 2, "t2", "s2", "tool", 0, 0);
        builder.Row("spans", "run", "n2", "t1", "s2-served", "s2", "POST /mcp", "server", null, null, 1L, 2L, "ok", null);

        Assert.Contains("task t2", TheFailed(builder).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_whose_calls_have_no_spans_is_named()
    {
        using RunFolderBuilder builder = Whole().Task("t2", "baseline", 10);

        Assert.Equal("2 tasks, 1 disagree, for example task t2", TheFailed(builder).Detail);
    }

    [Theory]
    [InlineData(400, 50, "t1", "2 ends; 2 without the other end; 0 with other bytes; 0 with another task")]
    [InlineData(40001, 51, "t1", "2 ends; 0 without the other end; 2 with other bytes; 0 with another task")]
    [InlineData(40001, 50, "t9", "2 ends; 0 without the other end; 0 with other bytes; 2 with another task")]
    [InlineData(40001, 50, null, "1 ends; 0 without the other end; 0 with other bytes; 1 with another task")]
    public void A_flow_whose_ends_disagree_is_named(long serverSeesPort, long serverSent, string? serverTask, string detail)
    {
        using RunFolderBuilder builder = new RunFolderBuilder().Task("t1", "baseline", 10).ToolCall("t1", "s1")
            .End("t1", 40001, active: true, tx: 100, rx: 50)
            .End(serverTask, serverSeesPort, active: false, tx: serverSent, rx: 100);

        Assert.Equal($"{detail}; for example n1 10.77.0.1:40001 to 10.77.0.2:7101", TheFailed(builder).Detail);
    }

    [Fact]
    public void A_measuring_node_without_flows_is_named()
    {
        using RunFolderBuilder builder = new RunFolderBuilder().Task("t1", "baseline", 10).ToolCall("t1", "s1")
            .End("t1", 40001, active: true, tx: 100, rx: 50);

        Assert.Equal("0 ends; no flow from n2, which measured them", TheFailed(builder).Detail);
    }

    [Fact]
    public void A_flow_without_a_task_counts_only_while_tasks_ran()
    {
        // Tasks of the builder begin at 1 s: the flow at 1 to 2 µs is of the time before, the other lies within the only task.
        using RunFolderBuilder edge = Whole().End(null, 50001, active: true, tx: 5, rx: 5);
        Assert.All(edge.Checks(), check => Assert.Equal(CheckOutcome.Passed, check.Outcome));

        using RunFolderBuilder within = Whole().Row(
            "flows", "run", "n1-50002", "n1", 1L, "active", "link", "10.77.0.1", 50_002L, "10.77.0.2", 7101L,
            1_001_000_000L, 1_002_000_000L, 5L, 5L, 1L, 1L, 0L, 9L, 9L, "bbr", "FIN", 1L, "nodebox", null, null, null);
        Assert.StartsWith("3 ends; 1 without the other end", TheFailed(within).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_used_again_pairs_with_the_connection_of_its_time()
    {
        using RunFolderBuilder builder = Whole();
        foreach ((bool active, long tx, long rx) in new[] { (true, 7L, 8L), (false, 8L, 7L) })
        {
            (string node, string local, long localPort, string remote, long remotePort) = active
                ? ("n1", "10.77.0.1", 40001L, "10.77.0.2", 7101L)
                : ("n2", "10.77.0.2", 7101L, "10.77.0.1", 40001L);
            builder.Row(
                "flows", "run", $"{node}-again", node, 1L, active ? "active" : "passive", "link", local, localPort, remote, remotePort,
                5_000L, 6_000L, tx, rx, 1L, 1L, 0L, 9L, 9L, "bbr", "FIN", 1L, "nodebox", "t1", null, null);
        }

        Assert.All(builder.Checks(), check => Assert.Equal(CheckOutcome.Passed, check.Outcome));
    }

    [Fact]
    public void A_ledger_that_does_not_balance_is_named()
    {
        using RunFolderBuilder builder = Whole();
        builder.Manifest["nodes"]!["n1"]!["ledger"]!["flow"]!["seen"] = 11;

        Assert.Equal("flow on n1: 11 seen", TheFailed(builder).Detail);
    }

    [Fact]
    public void Drops_and_misses_are_named()
    {
        using RunFolderBuilder builder = Whole();
        builder.Manifest["nodes"]!["n1"]!["ledger"]!["flow"]!["seen"] = 12;
        builder.Manifest["nodes"]!["n1"]!["ledger"]!["flow"]!["dropped"] = 2;
        builder.Manifest["nodes"]!["n1"]!["ledger"]!["flow"]!["missed"] = 1;
        builder.Manifest["nodes"]!["n2"]!["dropped_records"] = 9;

        Assert.Equal(
            "flow on n1 dropped 2 and missed 1 of 13 events; the spool of n2 dropped 9 records",
            TheFailed(builder).Detail);
    }

    [Fact]
    public void A_node_that_crashed_and_a_run_cut_short_are_named()
    {
        using RunFolderBuilder builder = Whole();
        builder.Manifest["nodes"]!["n2"]!["exit"] = 139;
        builder.Manifest["complete"] = false;
        builder.Manifest["incomplete_reason"] = "n2 is gone";

        Assert.Equal(["n2 is gone", "n2 exited with 139"], builder.Checks().Where(IsFailed).Select(check => check.Detail));
    }

    [Fact]
    public void What_was_not_measured_neither_passes_nor_fails()
    {
        using RunFolderBuilder builder = new RunFolderBuilder().Task("t1", "baseline", 10).ToolCall("t1", "s1");
        builder.Manifest["nodes"]!["n1"]!["rung"] = "none";
        builder.Manifest["nodes"]!["n2"]!["rung"] = "none";

        Check flows = builder.Checks().Single(check => check.Name.Contains("both ends", StringComparison.Ordinal));
        Assert.Equal(CheckOutcome.NotMeasured, flows.Outcome);
    }

    private static RunFolderBuilder Whole() => new RunFolderBuilder().Task("t1", "baseline", 10).ToolCall("t1", "s1")
        .Connection("t1", 40001, up: 100, down: 50)
        .Exchange(40001, 1, "t1", "s1", "tool", 100, 50);

    private static Check TheFailed(RunFolderBuilder builder) => Assert.Single(builder.Checks(), IsFailed);

    private static bool IsFailed(Check check) => check.Outcome == CheckOutcome.Failed;
}
