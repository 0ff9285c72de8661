using System.Diagnostics;
using System.Text.Json;
using NodeBox.A2A;
using NodeBox.Roles.Tests.Tools;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tests.Agent;

public sealed class AgentSpansTests
{
    private static readonly TaskStep s_lookup = new(Tool: "db.lookup_order", Arguments: AgentTestbed.Arguments("""{"order_id":1007}"""));
    private static readonly TaskStep s_gateway = new(Service: "gateway", Arguments: AgentTestbed.Arguments("""{"order_id":7}"""));
    private static readonly TaskStep s_work = new(Tool: "synthetic.work", Arguments: AgentTestbed.Arguments("""{"latency_ms":0,"response_bytes":50,"error_rate":0}"""));

    [Fact]
    public async Task Puts_every_call_under_a_client_span_with_its_parent_and_its_agent()
    {
        using var log = new SpanLog();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();
        TaskStep delegated = new(Delegate: "agent-b", Text: "Check it.", Steps: [s_work, s_gateway]);

        (AgentTask answer, ActivityTraceId task, ActivitySpanId call) = await testbed.AskAsync(new TaskPlan(9, [s_lookup, delegated]));

        Assert.Equal(TaskState.Completed, answer.Status.State);
        IReadOnlyList<Activity> spans = await log.OfAsync(task, 33);
        Activity a = Assert.Single(spans, span => span.ParentSpanId == call);
        Assert.Equal("invoke_agent agent-a", a.DisplayName);
        Assert.Equal(ActivityKind.Server, a.Kind);
        Assert.Equal(
            ["server/discover", "tools/list", "chat testbed", "execute_tool lookup_order", "chat testbed", "GET /.well-known/agent-card.json", "invoke_agent agent-b", "chat testbed"],
            CallsUnder(spans, a, "agent-a"));

        Activity toB = Assert.Single(spans, static span => span.DisplayName == "invoke_agent agent-b" && span.Kind == ActivityKind.Client);
        Activity b = Assert.Single(spans, span => span.ParentSpanId == toB.SpanId);
        Assert.Equal(
            ["server/discover", "tools/list", "chat testbed", "execute_tool work", "chat testbed", "POST gateway", "chat testbed"],
            CallsUnder(spans, b, "agent-b"));
        Assert.Equal(["agent", "agent", "llm", "llm", "llm", "llm", "llm", "llm", "service", "tool", "tool"], spans.Select(KindOf).OfType<string>().Order());
        Assert.All(spans, static span => Assert.NotEqual(ActivityStatusCode.Error, span.Status));
    }

    [Fact]
    public async Task Every_client_span_was_served_under_the_same_ids()
    {
        using var log = new SpanLog();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (_, ActivityTraceId task, _) = await testbed.AskAsync(new TaskPlan(9, [s_lookup, s_gateway]));

        IReadOnlyList<Activity> spans = await log.OfAsync(task, 16);
        foreach (Activity client in spans.Where(static span => span.Kind == ActivityKind.Client))
        {
            Assert.Contains(spans, span => span.Kind == ActivityKind.Server && span.ParentSpanId == client.SpanId);
        }
    }

    [Fact]
    public async Task Notes_on_llm_spans_what_the_conventions_ask_for()
    {
        using var log = new SpanLog();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (_, ActivityTraceId task, _) = await testbed.AskAsync(plan: null);

        Activity chat = Assert.Single(await log.OfAsync(task, 5), static span => span.DisplayName == "chat testbed");
        Assert.Equal("chat", chat.GetTagItem(SemanticConventions.OperationName));
        Assert.Equal("testbed", chat.GetTagItem(SemanticConventions.RequestModel));
        Assert.Equal(11, chat.GetTagItem(SemanticConventions.UsageInputTokens));
        Assert.Equal(5, chat.GetTagItem(SemanticConventions.UsageOutputTokens));
        Assert.Equal(["stop"], (string[])chat.GetTagItem(SemanticConventions.ResponseFinishReasons)!);
        Assert.InRange((double)chat.GetTagItem(SemanticConventions.TimeToFirstTokenMs)!, 0.001, chat.Duration.TotalMilliseconds);
    }

    [Fact]
    public async Task Carries_the_calls_span_and_agent_in_the_meta_of_tool_calls_too()
    {
        using var log = new SpanLog();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (_, ActivityTraceId task, _) = await testbed.AskAsync(new TaskPlan(9, [s_lookup]));

        Activity call = Assert.Single(await log.OfAsync(task, 11), static span => span.DisplayName == "execute_tool lookup_order");
        JsonElement sent = Assert.Single(testbed.ToDb, static body => body.GetProperty("method").GetString() == "tools/call");
        JsonElement meta = sent.GetProperty("params").GetProperty("_meta");
        Assert.Equal($"00-{task}-{call.SpanId}-01", meta.GetProperty("traceparent").GetString());
        Assert.Equal("nodebox.agent=agent-a", meta.GetProperty("baggage").GetString());
    }

    [Fact]
    public async Task Makes_one_task_of_a_message_that_came_without_a_trace()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();
        using var http = new HttpClient { DefaultRequestHeaders = { { "A2A-Version", "1.0" } } };
        Activity.Current = null;

        await new A2AClient(http).SendMessageAsync(testbed.AgentA, new SendMessageRequest(Message.FromUser("hello", new TaskPlan(9, [s_gateway]))));

        string[] tasks = [.. testbed.Llm.TraceParents.Select(static header => header.Split('-')[1])];
        Assert.Equal(2, tasks.Length);
        Assert.Single(tasks.Distinct());
    }

    [Fact]
    public async Task Keeps_many_tasks_at_once_apart()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (AgentTask Answer, ActivityTraceId TaskId, ActivitySpanId)[] asked =
            await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => testbed.AskAsync(new TaskPlan(9, [s_lookup, s_gateway]))));

        Assert.All(asked, static task => Assert.Equal(TaskState.Completed, task.Answer.Status.State));
        Dictionary<string, int> callsOfTask = testbed.Llm.TraceParents.CountBy(static header => header.Split('-')[1]).ToDictionary();
        Assert.Equal(asked.Select(static task => task.TaskId.ToString()).Order(), callsOfTask.Keys.Order());
        Assert.All(callsOfTask.Values, static calls => Assert.Equal(3, calls));
    }

    // The client spans that an agent opened, in order, which all must bear its name.
    private static IEnumerable<string> CallsUnder(IReadOnlyList<Activity> spans, Activity agent, string name)
    {
        Activity[] calls = [.. spans.Where(span => span.ParentSpanId == agent.SpanId && span.Kind == ActivityKind.Client).OrderBy(static span => span.StartTimeUtc)];
        Assert.All(calls, call => Assert.Equal(name, call.GetBaggageItem(Spans.AgentBaggage)));
        return calls.Select(static call => call.DisplayName);
    }

    private static string? KindOf(Activity span) => (string?)span.GetTagItem(SemanticConventions.Call);
}
