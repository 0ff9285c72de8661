using System.Text.Json;

namespace NodeBox.A2A.Tests;

public sealed class TakenStepsTests
{
    private static readonly TaskStep s_lookup = new(Tool: "db.find", Arguments: Json("""{"id":7,"part":{"a":0}}"""));
    private static readonly TaskStep s_handed = new(Delegate: "agent-b", Text: "go", Steps: [s_lookup]);

    [Fact]
    public void Travel_in_an_artifact_and_are_not_part_of_the_answer()
    {
        var task = new AgentTask(
            "t", new AgentTaskStatus(TaskState.Completed), "c", [new Artifact("answer", [Part.Of("done"), TakenSteps.ToPart([s_lookup, s_handed])])]);

        AgentTask read = JsonSerializer.Deserialize(JsonSerializer.Serialize(task, A2AJson.Default.AgentTask), A2AJson.Default.AgentTask)!;

        Assert.Equal("done", read.AnswerText());
        Assert.True(TaskStep.AreSame([s_lookup, s_handed], TakenSteps.Of(read)!));
    }

    [Fact]
    public void Are_null_where_the_agent_reports_none()
    {
        Assert.Null(TakenSteps.Of(new AgentTask("t", new AgentTaskStatus(TaskState.Completed))));
    }

    [Fact]
    public void Name_the_step_that_is_malformed()
    {
        JsonElement data = Json($$"""{"{{TakenSteps.ExtensionUri}}":[{"tool":"a.b"},null]}""");
        var task = new AgentTask("t", new AgentTaskStatus(TaskState.Completed), "c", [new Artifact("answer", [new Part(Data: data)])]);

        A2AException e = Assert.Throws<A2AException>(() => TakenSteps.Of(task));

        Assert.Contains("steps[1]", e.Message, StringComparison.Ordinal);
    }

    public static TheoryData<bool, TaskStep> Others => new()
    {
        { true, s_lookup with { Arguments = Json("""{"part":{"a":0.0},"id":7}""") } },
        { false, s_lookup with { Arguments = Json("""{"id":8,"part":{"a":0}}""") } },
        { false, s_lookup with { Arguments = Json("""{"id":7}""") } },
        { false, s_lookup with { Arguments = null } },
        { false, s_lookup with { Tool = "db.count" } },
        { false, new TaskStep(Service: "db.find", Arguments: s_lookup.Arguments) },
        { false, s_handed },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Are_the_same_where_calls_and_arguments_are(bool same, TaskStep other)
    {
        Assert.Equal(same, TaskStep.AreSame([s_lookup], [other]));
        Assert.Equal(same, TaskStep.AreSame([s_handed], [s_handed with { Steps = [other] }]));
    }

    [Fact]
    public void Differ_in_number_order_text_and_what_the_other_agent_did()
    {
        Assert.False(TaskStep.AreSame([s_lookup], []));
        Assert.False(TaskStep.AreSame([s_lookup, s_handed], [s_handed, s_lookup]));
        Assert.False(TaskStep.AreSame([s_handed], [s_handed with { Text = "stay" }]));
        Assert.False(TaskStep.AreSame([s_handed], [s_handed with { Steps = null }]));
        Assert.True(TaskStep.AreSame([s_lookup with { Arguments = null }], [s_lookup with { Arguments = Json("{}") }]));
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
