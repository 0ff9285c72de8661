using System.Security.Cryptography;
using System.Text.Json;

namespace NodeBox.Smoke.Tests.Runs;

/// <summary>The manifest says how a run came about and what its nodes and probes did.</summary>
[Collection(nameof(FinishedRun))]
public sealed class ManifestTests(FinishedRun run)
{
    [Fact]
    public void Tells_what_was_run()
    {
        JsonElement manifest = run.Json("manifest.json");
        string runId = Path.GetFileName(run.Folder);
        Assert.Matches(@"^\d{8}T\d{6}Z-[0-9a-f]{6}$", runId);
        Assert.Equal(runId, manifest.GetProperty("run_id").GetString());
        Assert.Equal(1, manifest.GetProperty("schema").GetInt32());
        Assert.Equal(FinishedRun.Seed, manifest.GetProperty("seed").GetInt32());
        Assert.EndsWith(
            "nodebox run-scenario baseline agentic-simple agentic-multihop --lab --runs 2 --seed 7", manifest.GetProperty("command").GetString());
        Assert.Equal("pooled", manifest.GetProperty("connections").GetString());
        Assert.True(manifest.GetProperty("complete").GetBoolean());
        Assert.True(manifest.GetProperty("versions").TryGetProperty("nodebox", out _));
    }

    [Fact]
    public void Names_the_scenarios_files_with_their_hashes()
    {
        JsonElement[] scenarios = [.. run.Json("manifest.json").GetProperty("scenarios").EnumerateArray()];
        string[] files = [.. scenarios.Select(static scenario => scenario.GetProperty("file").GetString()!)];
        Assert.Equal(FinishedRun.Scenarios, files.Select(static file => Path.GetFileNameWithoutExtension(file)));
        Assert.Equal(
            files.Select(static file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))),
            scenarios.Select(static scenario => scenario.GetProperty("sha256").GetString()));
    }

    [Fact]
    public void Describes_every_node_and_link()
    {
        JsonElement manifest = run.Json("manifest.json");
        IEnumerable<JsonElement> links = manifest.GetProperty("links").EnumerateArray();
        Assert.Equal(["n1", "n2", "n3"], links.Select(static link => link.GetProperty("to").GetString()));
        JsonProperty[] nodes = [.. manifest.GetProperty("nodes").EnumerateObject()];
        Assert.Equal(["n1", "n2", "n3", "n4"], nodes.Select(static node => node.Name));
        foreach (JsonElement node in nodes.Select(static node => node.Value))
        {
            Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), node.GetProperty("kernel").GetString());
            Assert.Equal(BpfObjects.Loadable ? "tp_btf" : "none", node.GetProperty("rung").GetString());
            Assert.Equal("cubic", node.GetProperty("congestion_control").GetString());
            Assert.Equal(0, node.GetProperty("exit").GetInt32());
            Assert.InRange(node.GetProperty("clock_bound_ns").GetInt64(), 1, 1_000_000_000);
            Assert.InRange(node.GetProperty("cpu").GetProperty("busy").GetDouble(), 0, Environment.ProcessorCount);
            Assert.True(node.GetProperty("cpu").GetProperty("run_queue_delay_ms").GetDouble() >= 0);
        }
    }

    [Theory]
    [InlineData("n1")]
    [InlineData("n2")]
    [InlineData("n3")]
    [InlineData("n4")]
    public void Every_ledger_balances_and_nothing_is_dropped(string node)
    {
        Assert.SkipUnless(BpfObjects.Loadable, "needs CAP_BPF");
        JsonElement ledger = run.Json("manifest.json").GetProperty("nodes").GetProperty(node).GetProperty("ledger");
        JsonProperty[] probes = [.. ledger.EnumerateObject()];
        Assert.Equal(
            [
                "inet_sock_set_state", "tcp_rcv_space_adjust", "tcp_retransmit_skb", "tcp_probe", "bpf_iter_tcp", "net_dev_start_xmit",
                "slice_cuts",
            ],
            probes.Select(static probe => probe.Name));
        Assert.NotEqual(0, Sum(probes[0].Value, "emitted"));
        foreach (JsonElement probe in probes.Select(static probe => probe.Value))
        {
            Assert.Equal(Sum(probe, "seen"), Sum(probe, "filtered", "aggregated", "emitted", "dropped"));
            Assert.Equal(0, Sum(probe, "dropped", "missed"));
        }
    }

    private static long Sum(JsonElement probe, params string[] fields) => fields.Sum(field => probe.GetProperty(field).GetInt64());
}
