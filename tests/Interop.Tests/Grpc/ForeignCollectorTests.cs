using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Grpc;

/// <summary>A node with every other role pushes to a collector that is written with grpc-js.</summary>
public sealed class ForeignCollectorTests
{
    private const string Plan = """
        {"answer_max_tokens":8,"steps":[
          {"delegate":"agent-b","text":"Look at order 1000.","steps":[
            {"tool":"db.lookup_order","arguments":{"order_id":1000}},
            {"tool":"synthetic.work","arguments":{"latency_ms":0,"response_bytes":10,"error_rate":0}},
            {"service":"gateway","arguments":{"order_id":1000,"item_id":1,"quantity":1}}]},
          {"service":"gateway","arguments":{"order_id":1000,"item_id":1,"quantity":1}}]}
        """;

    [Fact]
    public async Task Gets_a_span_of_every_call_of_a_foreign_clients_task()
    {
        using NodeScript collector = NodeScript.Start("collect.mjs", Collector.Proto, "(nothing is refused)");
        string address = Loopback.NextAddress();
        await using Nodes node = await StartNodeAsync(address, collector);

        JsonElement said = await NodeScript.RunAsync("a2a.mjs", $"http://{address}:7001", "Look at order 1000.", Plan);

        Assert.Equal("TASK_STATE_COMPLETED", said.GetProperty("task").GetProperty("state").GetString());
        List<JsonElement> spans = await SpansOfTaskAsync(collector);
        string[] chain = ["service POST gateway", "service POST orders", "service POST pricing", "service POST stock"];
        string[] expected =
        [
            "agent-a agent invoke_agent agent-b",
            .. Enumerable.Repeat("agent-a llm chat testbed", 3),
            .. chain.Select(static call => $"agent-a {call}"),
            .. Enumerable.Repeat("agent-b llm chat testbed", 4),
            .. chain.Select(static call => $"agent-b {call}"),
            "agent-b tool execute_tool lookup_order",
            "agent-b tool execute_tool work",
        ];
        Assert.Equal(expected, spans.Where(static span => Text(span, "call") is not ("" or "discovery")).Select(Describe).Order());
        Assert.Single(spans.Select(static span => Text(span, "task")).Distinct());
        Assert.All(spans, static span => Assert.Equal("ok", Text(span, "status")));
    }

    [Fact]
    public async Task May_refuse_a_batch_which_holds_up_no_other()
    {
        using NodeScript collector = NodeScript.Start("collect.mjs", Collector.Proto, " is ready on ");
        string address = Loopback.NextAddress();
        await using Nodes node = await StartNodeAsync(address, collector);

        List<string> logs = [];
        while (!logs.Any(static log => log.Contains("größer als erlaubt", StringComparison.Ordinal)))
        {
            JsonElement batch = await collector.ReadAsync();
            logs.AddRange(batch.GetProperty("logs").EnumerateArray().Select(static log => log.GetString()!));
        }

        Assert.Contains("refused", logs[^1]);
    }

    private static async Task<Nodes> StartNodeAsync(string address, NodeScript collector)
    {
        int port = (await collector.ReadAsync()).GetProperty("port").GetInt32();
        return await Nodes.StartAsync(["n1"], "n2", $"""
            [nodes.n1]
            address = "{address}"
            role = "agent-a+agent-b+tools+baseline+llm"
            [nodes.n2]
            address = "127.0.0.1"
            role = "collector"
            collector.push_port = {port}
            """);
    }

    // All roles are in one process, where the task's own span ends after those of its calls.
    private static async Task<List<JsonElement>> SpansOfTaskAsync(NodeScript collector)
    {
        List<JsonElement> spans = [];
        while (!spans.Any(static span => Text(span, "name") == "invoke_agent agent-a"))
        {
            spans.AddRange((await collector.ReadAsync()).GetProperty("spans").EnumerateArray());
        }

        return spans;
    }

    private static string Describe(JsonElement span) => $"{Text(span, "agent")} {Text(span, "call")} {Text(span, "name")}";

    private static string Text(JsonElement span, string member) => span.GetProperty(member).GetString() ?? "";
}
