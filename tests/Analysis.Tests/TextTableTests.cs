using System.Text.Json.Nodes;

namespace NodeBox.Analysis.Tests;

public sealed class TextTableTests
{
    [Fact]
    public void Calls_are_told_apart_by_kind_scenario_and_path()
    {
        using RunFolderBuilder builder = TwoKinds();
        using RunFolder folder = builder.Open();

        Assert.Equal(
            [
                "llm, agentic-simple | 1 in 2 | 150 / 1,500 | 1 / 1 | 125 / 199 | 5.50 / 5.99 | 1 of 4",
                "tool, agentic-simple, loopback | 1 | 7 / 9 | 1 / 1 | – | – | 0 of 1",
                "service, baseline | 1 | 10 / 20 | 1 / 1 | – | – | 0 of 2",
            ],
            CallTable.Of(folder)!.Rows.Select(row => string.Join(" | ", row)));
    }

    [Fact]
    public void What_was_sent_again_names_call_end_and_tasks()
    {
        using RunFolderBuilder builder = TwoKinds();
        using RunFolder folder = builder.Open();

        IReadOnlyList<string> row = Assert.Single(RetransmitTable.Of(folder)!.Rows);
        Assert.Equal(["llm, agentic-simple", "link", "server", "2", "1", "50", "40", "1", "1 of 2", "1"], row);
    }

    [Fact]
    public void Without_slices_there_are_no_calls_to_tell_apart()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        using RunFolder folder = builder.Open();

        Assert.Null(CallTable.Of(folder));
        Assert.Equal(2, RetransmitTable.Of(folder)!.Rows.Count);
    }

    [Fact]
    public void Ledgers_are_told_by_node_and_probe_and_losses_by_themselves()
    {
        using RunFolderBuilder builder = TwoKinds();
        builder.Manifest["nodes"]!["n2"]!["ledger"] = JsonNode.Parse(
            """{"tcp_probe": {"seen": 12000, "filtered": 2, "aggregated": 3, "emitted": 11990, "dropped": 5, "missed": 1}}""");
        using RunFolder folder = builder.Open();

        string[] lossy = ["n2 tcp_probe", "12,000", "2", "3", "11,990", "5", "1"];
        Assert.Equal([["n1 flow", "10", "2", "3", "5", "0", "0"], lossy], LedgerTable.Of(folder.Manifest).Rows);
        Assert.Equal([lossy], LedgerTable.Of(folder.Manifest, losses: true).Rows);
    }

    // One LLM call of two exchanges with a retransmission, a tool call over loopback, and a baseline task.
    private static RunFolderBuilder TwoKinds() => new RunFolderBuilder()
        .Task("t1", "baseline", 10).Task("t2", "agentic-simple", 10)
        .End(null, 40001, active: true, tx: 310, rx: 3020).End(null, 40001, active: false, tx: 3020, rx: 310)
        .End(null, 40002, active: true, tx: 7, rx: 9, path: "loopback")
        .Slice("n1", 40001, 0, "t2", "s2", "connection", 0, 0, "tx_segs = 0, rx_segs = 0")
        .Exchange(40001, 1, "t1", "s1", "service", 10, 20)
        .Exchange(
            40001, 2, "t2", "s2", "llm", 100, 1000,
            client: $"ttfb_us = 5000, rtt_us = {RunFolderBuilder.Histogram("us", (100, 1), (200, 1))}")
        .Exchange(
            40001, 3, "t2", "s2", "llm", 200, 2000,
            client: "ttfb_us = 6000",
            server: $"retrans_segs = 1, retrans_bytes = 40, rtt_us = {RunFolderBuilder.Histogram("us", (200, 1))}")
        .Slice("n1", 40002, 1, "t2", "s3", "tool", 7, 9)
        .Row("retransmits", "run", "n2-40001", 3L, 1_500L, 51L, 91L, 40L, 1L, "ESTABLISHED");
}
