using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeBox.A2A;

namespace NodeBox.Roles.Tests.Agent;

/// <summary>An agent whose model decides, with models that decide well and badly.</summary>
public sealed class DecidingModelTests
{
    private const string Lookup = """{"order_id":1007}""";

    [Fact]
    public async Task Calls_what_the_model_calls_until_it_answers_and_says_what_it_did()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(Calling(
            ("agent-a", "db__lookup_order", Lookup), ("agent-a", "call_service", """{"service":"gateway","arguments":{"order_id":7}}""")));

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9));

        Assert.Equal((TaskState.Completed, ConstrainedLlm.Answer), (answer.Status.State, answer.AnswerText()));
        TaskStep[] expected =
        [
            new(Tool: "db.lookup_order", Arguments: AgentTestbed.Arguments(Lookup)),
            new(Service: "gateway", Arguments: AgentTestbed.Arguments("""{"order_id":7}""")),
        ];
        Assert.True(TaskStep.AreSame(expected, TakenSteps.Of(answer)!));
        JsonElement last = testbed.Llm.Requests.Last();
        Assert.Contains("\"status\"", last.GetProperty("messages")[3].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"order_id":7}""", last.GetProperty("messages")[5].GetProperty("content").GetString());
    }

    [Fact]
    public async Task Offers_all_functions_and_forces_none()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        await testbed.AskAsync(new TaskPlan(600));

        JsonElement request = Assert.Single(testbed.Llm.Requests);
        Assert.False(request.TryGetProperty("tool_choice", out _));
        Assert.False(request.GetProperty("parallel_tool_calls").GetBoolean());
        Assert.Equal(0, request.GetProperty("temperature").GetDouble());
        Assert.Equal(600, request.GetProperty("max_tokens").GetInt32());
        Assert.Equal(8, request.GetProperty("tools").GetArrayLength());
    }

    [Fact]
    public async Task Leaves_it_to_the_other_agents_model_too_and_says_what_that_did()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(Calling(
            ("agent-a", "delegate", """{"agent":"agent-b","text":"Look up order 1007."}"""), ("agent-b", "db__lookup_order", Lookup)));

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9));

        TaskStep ofB = new(Tool: "db.lookup_order", Arguments: AgentTestbed.Arguments(Lookup));
        Assert.True(TaskStep.AreSame([new TaskStep(Delegate: "agent-b", Text: "Look up order 1007.", Steps: [ofB])], TakenSteps.Of(answer)!));
        JsonElement shown = testbed.Llm.Requests.Last().GetProperty("messages")[3];
        Assert.Equal(ConstrainedLlm.Answer, shown.GetProperty("content").GetString());
    }

    [Fact]
    public async Task Shows_the_model_a_tools_error_and_lets_it_go_on()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(Calling(("agent-a", "db__lookup_order", """{"order_id":999999999999}""")));

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9));

        Assert.Equal(TaskState.Completed, answer.Status.State);
        Assert.Equal("error: no order 999999999999", testbed.Llm.Requests.Last().GetProperty("messages")[3].GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("db__drop", "{}", "tool_calls", "decision 1: the model called \"db__drop\", which it was not offered; it was: delegate, call_service, db__lookup_customer")]
    [InlineData("db__lookup_order", """{"order_id":10""", "tool_calls", "arguments that are no JSON object: {\"order_id\":10")]
    [InlineData("delegate", """{"agent":"agent-b","text":"\ud800"}""", "tool_calls", "arguments that are no JSON object")]
    [InlineData("db__lookup_order", """{"order_id":10""", "length", "the model ran out of tokens while it called db__lookup_order; raise decision_max_tokens")]
    [InlineData("db__lookup_order", """{"order_id":"1007"}""", "tool_calls", "the model called db__lookup_order({\"order_id\":\"1007\"}), and arguments.order_id is not of the type integer")]
    [InlineData("call_service", """{"service":"bank","arguments":{}}""", "tool_calls", "arguments.service is none of [\"gateway\"]")]
    [InlineData("delegate", """{"agent":"agent-b","text":""}""", "tool_calls", "the model called delegate without a text")]
    [InlineData("call_service", """{"service":"gateway","arguments":{"a":"long enough to be refused"}}""", "tool_calls", "step 1 (gateway): service \"gateway\" at")]
    public async Task Fails_the_task_with_the_reason_where_the_model_cannot_be_followed(string name, string arguments, string finish, string reason)
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(async (_, context) =>
        {
            await ConstrainedLlm.StreamAsync(context, ConstrainedLlm.CallEvents(name, arguments, finish));
            return true;
        });

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9));

        Assert.Equal(TaskState.Failed, answer.Status.State);
        Assert.Contains(reason, answer.Status.Message!.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_up_where_the_model_never_answers()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(
            static async (_, context) =>
            {
                await ConstrainedLlm.StreamAsync(context, ConstrainedLlm.CallEvents("db__lookup_order", Lookup));
                return true;
            },
            static settings => settings with { StepLimit = 3 });

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9));

        Assert.Equal("decision 4: the limit of 3 steps was reached, and the model called db__lookup_order", answer.Status.Message!.Text());
        Assert.Equal(3, testbed.ToDb.Count(static body => body.GetProperty("method").GetString() == "tools/call"));
    }

    /// <summary>A model that makes these calls one after another, each as the agent it is for, and then answers.</summary>
    private static Func<JsonElement, HttpContext, Task<bool>> Calling(params (string Agent, string Name, string Arguments)[] calls)
    {
        return async (request, context) =>
        {
            // Only agent-a may delegate in this testbed.
            bool delegates = request.GetProperty("tools")[0].GetProperty("function").GetProperty("name").ValueEquals("delegate");
            int made = request.GetProperty("messages").EnumerateArray().Count(static message => message.GetProperty("role").ValueEquals("tool"));
            (string Agent, string Name, string Arguments)[] own = [.. calls.Where(call => call.Agent == (delegates ? "agent-a" : "agent-b"))];
            if (made < own.Length)
            {
                await ConstrainedLlm.StreamAsync(context, ConstrainedLlm.CallEvents(own[made].Name, own[made].Arguments));
            }

            return made < own.Length;
        };
    }
}
