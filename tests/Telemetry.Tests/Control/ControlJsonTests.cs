using System.Text.Json;
using NodeBox.Telemetry.Control;

namespace NodeBox.Telemetry.Tests.Control;

public sealed class ControlJsonTests
{
    [Fact]
    public void Health_has_the_fields_that_programs_read()
    {
        var versions = new Dictionary<string, string> { ["nodebox"] = "0.1.0" };
        var health = new NodeHealth("n2", "agent-b+tools", "ok", "6.18.0", "none", "needs CAP_BPF", true, "cubic", versions, "b1", 1, 2, 3);
        string json = JsonSerializer.Serialize(health, ControlJson.Default.NodeHealth);

        const string Expected = """
            {"node":"n2","role":"agent-b\u002Btools","status":"ok","kernel":"6.18.0","rung":"none","rung_reason":"needs CAP_BPF","packets":true,
            "congestion_control":"cubic","versions":{"nodebox":"0.1.0"},"boot_id":"b1","now_ns":1,"cpu_ns":2,"run_queue_delay_ns":3}
            """;
        Assert.Equal(Expected.ReplaceLineEndings(""), json);
        NodeHealth read = JsonSerializer.Deserialize(json, ControlJson.Default.NodeHealth)!;
        Assert.Equal(health, read with { Versions = health.Versions });
        Assert.Equal(health.Versions, read.Versions);
    }

    [Fact]
    public void A_flush_reports_each_probes_balance()
    {
        const string Json = """
            {"node":"n1","ledger":{"tcp_probe":{"seen":10,"filtered":1,"aggregated":2,"emitted":3,"dropped":4,"missed":5}},"open_flows":6,"in_progress":5,"dropped":7}
            """;
        FlushReport report = JsonSerializer.Deserialize(Json, ControlJson.Default.FlushReport)!;

        Assert.Equal(new LedgerEntry(10, 1, 2, 3, 4, 5), report.Ledger["tcp_probe"]);
        Assert.Equal((6, 5, 7), (report.OpenFlows, report.InProgress, report.Dropped));
        Assert.Equal(Json, JsonSerializer.Serialize(report, ControlJson.Default.FlushReport));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"node":"n1","ledger":null,"open_flows":0,"in_progress":0,"dropped":0}""")]
    [InlineData("""{"status":"ok"}""")]
    public void What_another_program_answers_is_refused(string json)
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ControlJson.Default.FlushReport));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ControlJson.Default.NodeHealth));
    }
}
