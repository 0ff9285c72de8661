using System.Text.Json;
using NodeBox.A2A;
using NodeBox.Scenarios.Definition;
using NodeBox.Telemetry.V1;

namespace NodeBox.Scenarios.Tests.Running;

/// <summary>What becomes of a task: its record, its spans and what people are told.</summary>
public sealed class TaskOutcomeTests
{
    [Theory]
    [InlineData("baseline", "POST gateway", "service")]
    [InlineData("agentic-simple", "invoke_agent agent-a", "agent")]
    public async Task A_task_that_succeeds_has_a_root_span_and_one_call(string scenario, string name, string kind)
    {
        await using TestRun run = await TestRun.StartAsync();
        await run.ExecuteAsync(TestRun.Scenario(scenario, 1));

        TaskRecord record = Assert.Single(run.Records);
        Assert.Equal("success", record.Outcome);
        Assert.True(record.BeginNs <= record.EndNs);
        Assert.Equal(record.BeginNs, record.IntendedBeginNs);
        IReadOnlyList<SpanRecord> spans = run.SpansOf(record);
        Assert.Equal([(name, "client", "ok"), ("task t0001", "internal", "ok")], spans.Select(span => (span.Name, span.Kind, span.Status)));
        Assert.Equal(spans[1].SpanId, spans[0].ParentSpanId);
        JsonElement attributes = JsonDocument.Parse(spans[0].Attributes).RootElement;
        Assert.Equal(kind, attributes.GetProperty("nodebox.call").GetString());
        Assert.Equal(run.Entry.Gateway.Port, attributes.GetProperty("server.port").GetInt32());
        Assert.DoesNotContain(run.Progress, progress => progress.Failure is not null);
    }

    public static TheoryData<bool, string?> Answers => new()
    {
        { true, """[{"tool":"db.lookup_order","arguments":{"order_id":ORDER}}]""" },
        { false, """[{"tool":"db.lookup_order","arguments":{"order_id":1}}]""" },
        { false, "[]" },
        { false, null },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task A_task_whose_model_decides_is_judged_by_what_it_did(bool correct, string? steps)
    {
        await using TestRun run = await TestRun.StartAsync();
        Scenario scenario = TestRun.Scenario("agentic-simple", 1) with { Decide = Scenario.ByModel };
        PlannedTask task = Workload.Generate(scenario, TestRun.Seed)[0];
        string? taken = steps?.Replace("ORDER", task.Expected![0].Arguments!.Value.GetProperty("order_id").GetRawText(), StringComparison.Ordinal);
        Message? asked = null;
        run.Entry.Answer = message =>
        {
            asked = message;
            Part[] parts = taken is null ? [Part.Of("done")] : [Part.Of("done"), TakenSteps.ToPart(JsonSerializer.Deserialize<TaskStep[]>(taken)!)];
            return new AgentTask("a", new AgentTaskStatus(TaskState.Completed), Artifacts: [new Artifact("answer", parts)]);
        };

        await run.ExecuteAsync(scenario);

        TaskRecord record = Assert.Single(run.Records);
        Assert.Equal(("success", "pooled+model", true, correct), (record.Outcome, record.Variant, record.HasCorrect, record.Correct));
        Assert.Null(TaskPlan.Of(asked!)!.Steps);
        JsonElement root = JsonDocument.Parse(run.SpansOf(record)[1].Attributes).RootElement;
        Assert.Equal(correct, root.GetProperty("nodebox.task.correct").GetBoolean());
        Assert.Equal(!correct && steps is not null, root.TryGetProperty("nodebox.task.steps", out _));
        Assert.Equal("model", run.Manifest.GetProperty("scenarios")[0].GetProperty("decide").GetString());
    }

    [Fact]
    public async Task A_task_that_is_told_its_steps_is_not_judged()
    {
        await using TestRun run = await TestRun.StartAsync();
        await run.ExecuteAsync(TestRun.Scenario("agentic-simple", 1));
        Assert.False(Assert.Single(run.Records).HasCorrect);
    }

    [Fact]
    public async Task A_service_that_refuses_has_failed()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = static (_, context) =>
        {
            context.Response.StatusCode = 502;
            return context.Response.Body.WriteAsync("stock: no answer"u8.ToArray()).AsTask();
        };
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        AssertFailed(run, "failed", "502", "gateway answered 502: stock: no answer");
    }

    [Fact]
    public async Task An_agent_that_gives_up_has_failed_with_its_words()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Answer = static _ => new AgentTask("a", new AgentTaskStatus(TaskState.Failed, Message.FromUser("step 1: no order 5")));
        await run.ExecuteAsync(TestRun.Scenario("agentic-simple", 1));
        AssertFailed(run, "failed", "task_failed", "step 1: no order 5");
    }

    [Fact]
    public async Task An_agent_that_wants_more_has_failed()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Answer = static _ => new AgentTask("a", new AgentTaskStatus(TaskState.InputRequired));
        await run.ExecuteAsync(TestRun.Scenario("agentic-simple", 1));
        AssertFailed(run, "failed", "task_failed", "agent-a left the task InputRequired");
    }

    [Fact]
    public async Task An_agent_that_refuses_the_message_is_an_error()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Answer = static _ => throw new A2AException(A2AErrorCode.UnsupportedOperation, "the queue is full");
        await run.ExecuteAsync(TestRun.Scenario("agentic-simple", 1));
        AssertFailed(run, "error", "A2AException", "the queue is full");
    }

    [Fact]
    public async Task A_connection_that_breaks_is_an_error()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = static (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        AssertFailed(run, "error", "HttpRequestException", "An error occurred while sending the request.");
    }

    [Fact]
    public async Task A_task_past_its_deadline_is_a_timeout_and_the_next_one_begins()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = static (number, context) => number == 1
            ? Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default)
            : Task.CompletedTask;
        await run.ExecuteAsync(TestRun.Scenario("baseline", 2, deadline: TimeSpan.FromSeconds(3)));

        Assert.Equal(["timeout", "success"], run.Records.Select(record => record.Outcome));
        AssertFailed(run, "timeout", "timeout", "no answer within 3 s");
        Assert.Null(run.IncompleteReason);
    }

    /// <summary>The first task failed so: its record, both of its spans and the progress say it.</summary>
    private static void AssertFailed(TestRun run, string outcome, string errorType, string reason)
    {
        TaskRecord record = run.Records[0];
        Assert.Equal(outcome, record.Outcome);
        Assert.Contains(run.Progress, progress => progress.Failure == $"t0001: {reason}");
        IReadOnlyList<SpanRecord> spans = run.SpansOf(record);
        Assert.Equal(2, spans.Count);
        Assert.All(spans, span =>
        {
            JsonElement attributes = JsonDocument.Parse(span.Attributes).RootElement;
            Assert.Equal("error", span.Status);
            Assert.Equal(errorType, attributes.GetProperty("error.type").GetString());
            Assert.Equal(reason, attributes.GetProperty("otel.status_description").GetString());
        });
    }
}
