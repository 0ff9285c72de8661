using System.Diagnostics;
using NodeBox.A2A;
using NodeBox.Roles.Tests.Llm;
using NodeBox.Roles.Tests.Tools;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tests.Agent;

public sealed class AgentWithModelTests
{
    private static readonly TaskStep[] s_ofB =
    [
        new(Tool: "db.lookup_order", Arguments: AgentTestbed.Arguments("""{"order_id":1007}""")),
        new(Tool: "synthetic.work", Arguments: AgentTestbed.Arguments("""{"latency_ms":1,"response_bytes":2048,"error_rate":0.0,"seed":7}""")),
        new(Service: "gateway", Arguments: AgentTestbed.Arguments("""{"order_id":7}""")),
    ];

    [Fact]
    public async Task A_real_model_can_only_decide_what_the_plan_says()
    {
        using var log = new SpanLog();
        await using LlmServer llm = await LlmServer.StartAsync();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(llm: llm.Http.BaseAddress);
        TaskStep delegated = new(Delegate: "agent-b", Text: "Look up order 1007, \"quickly\", größer ✓", Steps: s_ofB);

        (AgentTask answer, ActivityTraceId task, _) = await testbed.AskAsync(new TaskPlan(12, [delegated, s_ofB[2]]));

        Assert.Equal((TaskState.Completed, null), (answer.Status.State, answer.Status.Message?.Text()));
        Activity[] chats = [.. (await log.OfAsync(task, 35)).Where(static span => span.DisplayName == "chat testbed" && span.Kind == ActivityKind.Client)];
        Assert.Equal(7, chats.Length);
        Assert.All(chats, static chat => Assert.InRange((int)chat.GetTagItem(SemanticConventions.UsageOutputTokens)!, 1, 512));
    }
}
