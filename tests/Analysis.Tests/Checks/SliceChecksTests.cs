using System.Text.Json.Nodes;
using NodeBox.Analysis.Checks;

namespace NodeBox.Analysis.Tests.Checks;

public sealed class SliceChecksTests
{
    [Fact]
    public void A_connection_shared_by_tasks_passes_every_check()
    {
        using RunFolderBuilder builder = Shared();

        Assert.All(builder.Checks(), check => Assert.True(check.Outcome == CheckOutcome.Passed, $"{check.Name}: {check.Detail}"));
    }

    [Theory]
    [InlineData("n1", 2, "span_id = 's9'", "Every call's span", "4 spans; 1 without a slice; for example execute_tool lookup on n1")]
    [InlineData("n2", 2, "span_id = 's9'", "Every call's span", "4 spans; 1 without a slice; for example POST /mcp on n2, task t2")]
    [InlineData("n2", 2, "span_id = 's9'", "Both ends", "4 ends; 2 without the other end; for example tool on n1, span s2")]
    [InlineData("n2", 2, "rx_bytes = 41", "Both ends", "4 ends; 2 with other bytes; for example tool on n1, span s2")]
    [InlineData("n2", 2, "task_id = 't1'", "Both ends", "4 ends; 2 with another task; for example tool on n1, span s2")]
    [InlineData("n2", 2, "kind = 'service'", "Both ends", "4 ends; 2 of another kind; for example service on n2, span s2")]
    [InlineData("n1", 0, "tx_bytes = 1", "The slices of a flow", "2 flows; 1 with other sums; for example n1 n1-40001")]
    [InlineData("n2", 2, "flow_id = 'n2-9'", "The slices of a flow", "2 flows; 1 with other sums; 1 without a record; for example n2 n2-4")]
    [InlineData("n1", 0, "task_id = 't9'", "No slice names", "5 slices; 1 of unknown tasks; for example t9")]
    [InlineData("n1", 2, "retrans_bytes = 7", "Retransmissions", "2 slices; 1 with other sums; for example n1 n1-40001, slice 2")]
    public void What_is_wrong_is_named(string node, long slice, string set, string check, string detail)
    {
        using RunFolderBuilder builder = Shared().Change(node, 40001, slice, set);

        Check failed = builder.Checks().Single(made => made.Name.StartsWith(check, StringComparison.Ordinal));
        Assert.Equal(CheckOutcome.Failed, failed.Outcome);
        Assert.StartsWith(detail, failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_was_reset_may_have_lost_bytes()
    {
        using RunFolderBuilder builder = Shared()
            .Change("n2", 40001, 2, "rx_bytes = 39").ChangeFlow("n2", 40001, "close_reason = 'RST', rx_bytes = 139");

        Check ends = builder.Checks().Single(check => check.Name.StartsWith("Both", StringComparison.Ordinal));
        Assert.Equal(CheckOutcome.Passed, ends.Outcome);
    }

    [Fact]
    public void An_open_multiplexed_connection_may_go_on_while_it_is_looked_at()
    {
        using RunFolderBuilder builder = Shared()
            .End(null, 40002, active: true, tx: 10, rx: 10).ChangeFlow("n1", 40002, "end_ns = NULL, close_reason = NULL")
            .Slice("n1", 40002, 1, null, null, "telemetry", 11, 10, "shared = true");

        Assert.All(builder.Checks(), check => Assert.Equal(CheckOutcome.Passed, check.Outcome));
    }

    [Fact]
    public void A_call_that_failed_may_have_had_no_connection()
    {
        using RunFolderBuilder builder = Shared();
        builder.Row("spans", "run", "n1", "t1", "s7", null, "chat", "client", null, null, 1L, 2L, "error", """{"nodebox.call":"llm"}""");

        Assert.Contains(builder.Checks(), check => check.Detail == "4 spans");
    }

    [Fact]
    public void Inexact_segments_are_noted_with_their_share()
    {
        using RunFolderBuilder builder = Shared().Change("n2", 40001, 1, "segs_exact = false");

        Check noted = builder.Checks().Single(check => check.Outcome == CheckOutcome.Noted);
        Assert.StartsWith("1 of 6 slices (16.7 %) may differ", noted.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Retransmissions_that_nothing_reported_are_noted_and_explain_another_sum()
    {
        using RunFolderBuilder builder = Shared()
            .Change("n1", 40001, 2, "retrans_bytes = 7, missing = ['retransmits']").ChangeFlow("n1", 40001, "missing = ['retransmits']");

        Check noted = Assert.Single(builder.Checks(), check => check.Outcome != CheckOutcome.Passed);
        Assert.Equal(CheckOutcome.Noted, noted.Outcome);
        Assert.Equal("in 1 of 2 flows the kernel counted more; whose they were is not known, and 1 of 6 slices say so", noted.Detail);
    }

    [Fact]
    public void Losses_are_notes_that_name_the_figures_they_touch()
    {
        using RunFolderBuilder builder = Shared()
            .Change("n1", 40001, 1, "missing = ['rtt', 'rx_bursts']").ChangeFlow("n1", 40001, "missing = ['rtt']");
        builder.Manifest["nodes"]!["n1"]!["ledger"]!["tcp_probe"] = JsonNode.Parse(
            """{"seen": 9, "filtered": 2, "aggregated": 3, "emitted": 0, "dropped": 4, "missed": 1, "figures": ["rtt", "rx_bursts"]}""");
        using RunFolder folder = builder.Open();

        Assert.Equal(
            [
                "Lost: tcp_probe on n1 dropped 4 and missed 1 of 10 events, which touches rtt, rx_bursts.",
                "Lost: rtt is incomplete in 1 of 6 slices and 1 of 2 flows.",
                "Lost: rx_bursts is incomplete in 1 of 6 slices and 0 of 2 flows.",
            ],
            folder.Notes);
    }

    // Two tasks on one connection, which t1's request wanted; its second exchange had a retransmission.
    private static RunFolderBuilder Shared() => new RunFolderBuilder()
        .Task("t1", "baseline", 10).ToolCall("t1", "s1")
        .Task("t2", "baseline", 10).ToolCall("t2", "s2")
        .End(null, 40001, active: true, tx: 140, rx: 60).End(null, 40001, active: false, tx: 60, rx: 140)
        .Slice("n1", 40001, 0, "t1", "s1", "connection", 0, 0).Slice("n2", 40001, 0, null, null, "connection", 0, 0)
        .Exchange(40001, 1, "t1", "s1", "tool", 100, 50)
        .Exchange(40001, 2, "t2", "s2", "tool", 40, 10, server: "retrans_segs = 1, retrans_bytes = 10")
        .Row("retransmits", "run", "n2-40001", 2L, 1_500L, 51L, 61L, 10L, 1L, "ESTABLISHED");
}
