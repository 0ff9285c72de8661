using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeBox.A2A;
using NodeBox.Roles.Agent;
using NodeBox.Roles.Tests.Tools;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tests.Agent;

public sealed class AgentLoopTests
{
    private static readonly TaskStep s_lookup = new(Tool: "db.lookup_order", Arguments: AgentTestbed.Arguments("""{"order_id":1007}"""));
    private static readonly TaskStep s_gateway = new(Service: "gateway", Arguments: AgentTestbed.Arguments("""{"order_id":7}"""));
    private static readonly TaskStep s_work = new(Tool: "synthetic.work", Arguments: AgentTestbed.Arguments("""{"latency_ms":0,"response_bytes":5000,"error_rate":0}"""));

    [Fact]
    public async Task Answers_a_message_without_a_plan_by_one_llm_call()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (AgentTask answer, _, _) = await testbed.AskAsync(plan: null);

        Assert.Equal(TaskState.Completed, answer.Status.State);
        Assert.Equal(ConstrainedLlm.Answer, answer.AnswerText());
        JsonElement request = Assert.Single(testbed.Llm.Requests);
        Assert.Equal("none", request.GetProperty("tool_choice").GetString());
        Assert.Equal(64, request.GetProperty("max_tokens").GetInt32());
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("per_task", 3)]
    public async Task Tasks_share_the_agents_connections_unless_they_ask_for_their_own(string? setting, int expected)
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, [s_lookup]), connections: setting);
            Assert.Equal(TaskState.Completed, answer.Status.State);
        }

        Assert.Equal(expected, testbed.DbConnections.Count);
    }

    [Fact]
    public async Task Takes_each_step_by_a_decision_of_the_model_and_shows_it_the_result()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, [s_lookup, s_gateway]));

        Assert.Equal(ConstrainedLlm.Answer, answer.AnswerText());
        Assert.Equal(3, testbed.Llm.Requests.Count);
        JsonElement[] messages = [.. testbed.Llm.Requests.Last().GetProperty("messages").EnumerateArray()];
        Assert.Equal(["system", "user", "assistant", "tool", "assistant", "tool"], messages.Select(static message => message.GetProperty("role").GetString()));
        Assert.Equal("db__lookup_order", messages[2].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("call_x", messages[3].GetProperty("tool_call_id").GetString());
        Assert.Contains("\"order_id\":1007", messages[3].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"order_id":7}""", messages[5].GetProperty("content").GetString());
        Assert.Equal(9, testbed.Llm.Requests.Last().GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task Forces_the_function_and_every_argument_of_a_decision()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        await testbed.AskAsync(new TaskPlan(9, [new TaskStep(Service: "gateway", Arguments: AgentTestbed.Arguments("""{"n":1,"s":{}}"""))]));

        JsonElement decision = testbed.Llm.Requests.First();
        Assert.Equal("call_service", decision.GetProperty("tool_choice").GetProperty("function").GetProperty("name").GetString());
        JsonElement service = decision.GetProperty("tools").EnumerateArray().Select(static tool => tool.GetProperty("function")).Single(static function => function.GetProperty("name").GetString() == "call_service");
        Assert.Equal(
            """{"type":"object","properties":{"service":{"const":"gateway"},"arguments":{"type":"object","properties":{"n":{"const":1},"s":{"type":"object","properties":{},"required":[],"additionalProperties":false}},"required":["n","s"],"additionalProperties":false}},"required":["service","arguments"],"additionalProperties":false}""",
            service.GetProperty("parameters").GetRawText());
    }

    [Fact]
    public async Task Shows_the_model_a_tools_error_and_goes_on()
    {
        using var log = new SpanLog();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (AgentTask answer, ActivityTraceId task, _) = await testbed.AskAsync(
            new TaskPlan(9, [new TaskStep(Tool: "db.lookup_order", Arguments: AgentTestbed.Arguments("""{"order_id":999999}"""))]));

        Assert.Equal(TaskState.Completed, answer.Status.State);
        string result = testbed.Llm.Requests.Last().GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
        Assert.StartsWith("error: ", result, StringComparison.Ordinal);
        Activity call = Assert.Single(await log.OfAsync(task, 10), static span => span.DisplayName == "execute_tool lookup_order");
        Assert.Equal("tool_error", call.GetTagItem(SemanticConventions.ErrorType));
    }

    [Fact]
    public async Task Cuts_a_long_result_and_says_so()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, [s_work]));

        Assert.Equal(TaskState.Completed, answer.Status.State);
        string result = testbed.Llm.Requests.Last().GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
        Assert.EndsWith(" more characters)", result, StringComparison.Ordinal);
        Assert.InRange(result.Length, 500, 540);
    }

    public static TheoryData<string, TaskStep> Unfulfillable => new()
    {
        { "no tool server \"mail\"", new TaskStep(Tool: "mail.send") },
        { "has no \"db__drop\"", new TaskStep(Tool: "db.drop") },
        { "knows no service \"bank\"", new TaskStep(Service: "bank") },
        { "knows no agent \"agent-c\"", new TaskStep(Delegate: "agent-c", Text: "x") },
        { "answered HTTP 500", new TaskStep(Service: "gateway", Arguments: AgentTestbed.Arguments("""{"a":"long enough to be refused"}""")) },
        { "agent-b ended its subtask as Failed", new TaskStep(Delegate: "agent-b", Text: "x", Steps: [new TaskStep(Tool: "db.drop")]) },
    };

    [Theory]
    [MemberData(nameof(Unfulfillable))]
    public async Task Fails_the_task_with_the_reason_where_the_plan_cannot_be_followed(string reason, TaskStep step)
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, [step]));

        Assert.Equal(TaskState.Failed, answer.Status.State);
        Assert.Contains(reason, answer.Status.Message!.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db__lookup_order", """{"order_id":1008}""", "tool_calls", "the model called db__lookup_order({\"order_id\":1008}) where the plan has db__lookup_order({\"order_id\":1007})")]
    [InlineData("db__lookup_customer", """{"order_id":1007}""", "tool_calls", "where the plan has db__lookup_order")]
    [InlineData("db__lookup_order", """{"order_id":10""", "tool_calls", "the model called db__lookup_order({\"order_id\":10)")]
    [InlineData("db__lookup_order", """{"order_id":10""", "length", "ran out of tokens")]
    public async Task Fails_the_task_where_the_model_decides_otherwise(string name, string arguments, string finish, string reason)
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(async (_, context) =>
        {
            await ConstrainedLlm.StreamAsync(context, ConstrainedLlm.CallEvents(name, arguments, finish));
            return true;
        });

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, [s_lookup]));

        Assert.Equal(TaskState.Failed, answer.Status.State);
        Assert.Contains(reason, answer.Status.Message!.Text(), StringComparison.Ordinal);
        Assert.StartsWith("step 1 (db.lookup_order): ", answer.Status.Message!.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_a_call_with_other_spaces_and_order_for_the_same()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(async (request, context) =>
        {
            bool decides = request.GetProperty("tool_choice").ValueKind == JsonValueKind.Object;
            if (decides)
            {
                await ConstrainedLlm.StreamAsync(context, ConstrainedLlm.CallEvents("call_service", """{ "arguments" : {"order_id": 7}, "service":"gateway"}"""));
            }

            return decides;
        });

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, [s_gateway]));

        Assert.Equal(TaskState.Completed, answer.Status.State);
    }

    [Fact]
    public async Task Gives_up_at_the_step_limit()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(change: static settings => settings with { StepLimit = 2 });

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, [s_gateway, s_gateway, s_gateway]));

        Assert.Equal(TaskState.Failed, answer.Status.State);
        Assert.Contains("limit of 2 steps", answer.Status.Message!.Text(), StringComparison.Ordinal);
        Assert.Equal(2, testbed.Llm.Requests.Count);
    }

    [Fact]
    public async Task Gives_up_at_the_deadline()
    {
        using var log = new SpanLog();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(SilentAsync, static settings => settings with { Deadline = TimeSpan.FromSeconds(3) });

        (AgentTask answer, ActivityTraceId task, _) = await testbed.AskAsync(new TaskPlan(9, [s_gateway]));

        Assert.Equal(TaskState.Failed, answer.Status.State);
        Assert.Equal("step 1 (gateway): the deadline of 3 s passed", answer.Status.Message!.Text());
        Activity served = Assert.Single(await log.OfAsync(task, 4), static span => span.DisplayName == "invoke_agent agent-a" && span.Kind == ActivityKind.Server);
        Assert.Equal(ActivityStatusCode.Error, served.Status);
    }

    [Fact]
    public async Task Says_why_the_llm_refused()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(static async (_, context) =>
        {
            context.Response.StatusCode = 429;
            await context.Response.WriteAsync("""{"error":{"message":"the queue is full","type":"rate_limit_error"}}""");
            return true;
        });

        (AgentTask answer, _, _) = await testbed.AskAsync(plan: null);

        Assert.Equal(TaskState.Failed, answer.Status.State);
        Assert.EndsWith("answered HTTP 429: the queue is full", answer.Status.Message!.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_the_llm_cannot_be_reached()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(change: static settings => settings with { LlmUrl = new Uri("http://127.0.0.1:1") });

        (AgentTask answer, _, _) = await testbed.AskAsync(plan: null);

        Assert.Equal(TaskState.Failed, answer.Status.State);
        Assert.Contains("127.0.0.1:1", answer.Status.Message!.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 1, 0)]
    [InlineData("shared", 1, 0)]
    [InlineData("separate", 0, 1)]
    public async Task Asks_the_llm_of_the_topology_that_a_task_runs_in(string? backends, int shared, int own)
    {
        await using ConstrainedLlm ownLlm = await ConstrainedLlm.StartAsync();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(
            change: settings => settings with { OwnLlm = new LlmServer(ownLlm.Url, "own") });

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, []), backends: backends);

        Assert.Equal(TaskState.Completed, answer.Status.State);
        Assert.Equal((shared, own), (testbed.Llm.Requests.Count, ownLlm.Requests.Count));
        Assert.All(ownLlm.Requests, static request => Assert.Equal("own", request.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task Refuses_a_task_that_wants_an_llm_on_a_node_without_one()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9, []), backends: "separate");

        Assert.Equal(TaskState.Failed, answer.Status.State);
        Assert.Contains("wants the LLM of agent-a's own node", answer.Status.Message!.Text(), StringComparison.Ordinal);
        Assert.Empty(testbed.Llm.Requests);
    }

    [Fact]
    public async Task Stops_working_when_its_caller_goes()
    {
        var stopped = new TaskCompletionSource();
        using var caller = new CancellationTokenSource();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(async (_, context) =>
        {
            using CancellationTokenRegistration gone = context.RequestAborted.Register(() => stopped.TrySetResult());
            await caller.CancelAsync();
            return await SilentAsync(default, context);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => testbed.AskAsync(plan: null, caller.Token));

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Refuses_a_message_when_its_queue_is_full()
    {
        using var caller = new CancellationTokenSource();
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(SilentAsync, static settings => settings with { MaxConcurrentTasks = 1, QueueLimit = 1 });
        List<Task> asked = [.. Enumerable.Range(0, 3).Select(_ => testbed.AskAsync(plan: null, caller.Token))];

        // One is worked at and one waits, so only the refused one can end.
        Task refused = await Task.WhenAny(asked);
        asked.Remove(refused);

        A2AException e = await Assert.ThrowsAsync<A2AException>(() => refused);
        Assert.Equal(A2AErrorCode.AgentBusy, e.Code);
        Assert.Contains("1 tasks and 1 wait", e.Message, StringComparison.Ordinal);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(asked));
    }

    private static async Task<bool> SilentAsync(JsonElement request, HttpContext context)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(20), context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The agent has hung up, which is what the test waits for.
        }

        return true;
    }
}
