using NodeBox.Telemetry.Control;
using Written = NodeBox.Scenarios.Running.Manifest;

namespace NodeBox.Analysis.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void Reads_every_field_that_the_driver_writes()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nodebox-manifest-");
        try
        {
            Sample().Write(folder.FullName);
            Manifest read = Manifest.Read(Path.Combine(folder.FullName, "manifest.json"));

            Assert.Equal(("r1", 7ul, "nodebox run-scenario baseline", "per_task"), (read.RunId, read.Seed, read.Command, read.Connections));
            Assert.Equal((false, "a node died"), (read.Complete, read.IncompleteReason));
            Assert.Equal([new ManifestScenario("baseline", "baseline.toml", "abc", 32, 4)], read.Scenarios!);
            Assert.Equal("1.0", read.Versions!["nodebox"]);
            CheckNode(read.Nodes!["n1"]);
            ManifestLink link = Assert.Single(read.Links!);
            Assert.Equal(("n4", "n1", "none"), (link.From, link.To, link.Asked!.Value.GetString()));
            Assert.Equal(250, link.Achieved!.Value.GetProperty("http_round_trip_us").GetInt64());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(true, null, null)]
    [InlineData(false, "a node died", "a node died")]
    [InlineData(false, null, "no reason recorded")]
    public void An_incomplete_run_has_a_reason_even_if_none_was_recorded(bool? complete, string? recorded, string? reason)
    {
        Assert.Equal(reason, new Manifest { Complete = complete, IncompleteReason = recorded }.WhyIncomplete);
    }

    private static void CheckNode(ManifestNode node)
    {
        Assert.Equal(("agent-a", "6.18", "tp_btf", "cubic"), (node.Role, node.Kernel, node.Rung, node.CongestionControl));
        Assert.Equal(("no reason", 3, 1234, 5), (node.RungReason, node.Exit, node.ClockBoundNs, node.DroppedRecords));
        Assert.Equal(new ManifestCpu(0.5, 1.25), node.Cpu);
        ManifestLedger ledger = node.Ledger!["inet_sock_set_state"];
        Assert.Equal((15, 1, 2, 4), (ledger.Seen, ledger.Filtered, ledger.Aggregated, ledger.Emitted));
        Assert.Equal((8, 16), (ledger.Dropped, ledger.Missed));
        Assert.True(node.MeasuresFlows);
    }

    private static Written Sample() => new(
        Written.CurrentSchema,
        "r1",
        Seed: 7,
        Runs: 1,
        "nodebox run-scenario baseline",
        "per_task",
        BeginNs: 1,
        EndNs: 2,
        Driver: "n4",
        Complete: false,
        "a node died",
        [new Scenarios.Running.ManifestScenario("baseline", "baseline.toml", "abc", 32, 4)],
        new Dictionary<string, string> { ["nodebox"] = "1.0" },
        new Dictionary<string, Scenarios.Running.ManifestNode> { ["n1"] = Node() },
        [new Scenarios.Running.ManifestLink("n4", "n1", "none", new Scenarios.Running.ManifestLinkAchieved(250))]);

    private static Scenarios.Running.ManifestNode Node() => new(
        "agent-a",
        "6.18",
        "tp_btf",
        "no reason",
        "cubic",
        Exit: 3,
        ClockBoundNs: 1234,
        new Scenarios.Running.ManifestCpu(0.5, 1.25),
        new Dictionary<string, LedgerEntry> { ["inet_sock_set_state"] = new LedgerEntry(15, 1, 2, 4, 8, 16, ["rtt"]) },
        DroppedRecords: 5);
}
