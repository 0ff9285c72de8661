using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.A2A;

/// <summary>The official A2A client for Node.js against agent-a.</summary>
public sealed class A2AClientTests(Testbed testbed)
{
    [Fact]
    public async Task Sends_a_task_and_gets_the_answer_and_the_task_again()
    {
        JsonElement said = await SendAsync("Where is order 1000?");

        Assert.Equal("agent-a", said.GetProperty("agent").GetString());
        JsonElement task = said.GetProperty("task");
        Assert.Equal("TASK_STATE_COMPLETED", task.GetProperty("state").GetString());
        Assert.NotEmpty(task.GetProperty("answer").GetString()!);
        Assert.Equal(task.GetRawText(), said.GetProperty("again").GetRawText());
    }

    [Fact]
    public async Task Sends_a_plan_that_agent_b_acts_on_before_the_answer()
    {
        foreach (string status in (string[])["cancelled", "shipped"])
        {
            JsonElement said = await SendAsync("Change order 1700.", Plan(status, quantity: 3));

            JsonElement task = said.GetProperty("task");
            Assert.True(task.GetProperty("state").GetString() == "TASK_STATE_COMPLETED", task.ToString());
            Assert.NotEmpty(task.GetProperty("answer").GetString()!);
            Assert.Equal(status, await StatusOfOrderAsync());
        }
    }

    [Fact]
    public async Task Is_told_which_call_of_which_agent_failed()
    {
        JsonElement said = await SendAsync("Deliver.", Plan("shipped", quantity: 0));

        JsonElement task = said.GetProperty("task");
        Assert.Equal("TASK_STATE_FAILED", task.GetProperty("state").GetString());
        string reason = task.GetProperty("reason").GetString()!;
        Assert.StartsWith("step 1 (agent-b): agent-b ended its subtask as Failed: step 3 (gateway): ", reason);
        Assert.Contains("quantity must be an integer from 1 to 1000", reason);
    }

    [Fact]
    public async Task Knows_the_errors_as_its_own()
    {
        JsonElement said = await SendAsync("Go.", """{"answer_max_tokens":0,"steps":[]}""");

        JsonElement error = said.GetProperty("error");
        Assert.Equal(-32602, error.GetProperty("code").GetInt32());
        Assert.Equal("answer_max_tokens: at least 1 is needed", error.GetProperty("message").GetString());
    }

    private static string Plan(string status, int quantity)
    {
        string order = $$"""{"order_id":1700,"item_id":5,"quantity":{{quantity}}}""";
        return $$$"""
            {"answer_max_tokens":12,"steps":[
              {"delegate":"agent-b","text":"Update order 1700.","steps":[
                {"tool":"db.update_order_status","arguments":{"order_id":1700,"status":"{{{status}}}"}},
                {"tool":"synthetic.work","arguments":{"latency_ms":5,"response_bytes":2000,"error_rate":0}},
                {"service":"gateway","arguments":{{{order}}}}]},
              {"service":"gateway","arguments":{{{order}}}}]}
            """;
    }

    private Task<JsonElement> SendAsync(params string[] textAndPlan) =>
        NodeScript.RunAsync("a2a.mjs", [testbed.AgentA.ToString(), .. textAndPlan]);

    private async Task<string?> StatusOfOrderAsync()
    {
        const string Call = """lookup_order={"order_id":1700}""";
        JsonElement said = await NodeScript.RunAsync("mcp.mjs", testbed.DbServer.ToString(), "2026-07-28", Call);
        return said.GetProperty("results")[0].GetProperty("structuredContent").GetProperty("status").GetString();
    }
}
