using System.Text.Json;

namespace NodeBox.A2A.Tests;

public sealed class TaskPlanTests
{
    [Fact]
    public void Travels_in_a_message_and_is_not_part_of_its_text()
    {
        JsonElement arguments = JsonSerializer.SerializeToElement(new { id = 7 });
        var plan = new TaskPlan(8, [new TaskStep(Tool: "db.find", Arguments: arguments), new TaskStep(Delegate: "agent-b", Text: "go", Steps: [new TaskStep(Service: "gateway")])]);

        Message message = Message.FromUser("hello", plan);
        TaskPlan read = TaskPlan.Of(JsonSerializer.Deserialize(JsonSerializer.Serialize(message, A2AJson.Default.Message), A2AJson.Default.Message)!)!;

        Assert.Equal("hello", message.Text());
        Assert.Equal([TaskPlan.ExtensionUri], message.Extensions!);
        Assert.Equal(8, read.AnswerMaxTokens);
        Assert.Equal("db.find", read.Steps![0].Tool);
        Assert.Equal(7, read.Steps![0].Arguments!.Value.GetProperty("id").GetInt32());
        Assert.Equal("gateway", Assert.Single(read.Steps[1].Steps!).Service);
    }

    [Fact]
    public void Says_nothing_of_steps_where_the_model_decides()
    {
        Part part = new TaskPlan(8).ToPart();

        Assert.Equal("{\"" + TaskPlan.ExtensionUri + "\":{\"answer_max_tokens\":8}}", part.Data!.Value.GetRawText());
        Assert.Null(TaskPlan.Of(Message.FromUser("hello", new TaskPlan(8)))!.Steps);
    }

    [Fact]
    public void Is_absent_from_a_foreign_message()
    {
        var message = new Message("m", Role.User, [Part.Of("a"), new Part(Data: JsonSerializer.SerializeToElement(new[] { 1 }))]);

        Assert.Null(TaskPlan.Of(message));
        Assert.Equal("a\n[1]", message.Text());
    }

    [Theory]
    [InlineData("""{"steps":[]}""", "answer_max_tokens")]
    [InlineData("""{"answer_max_tokens":"8","steps":[]}""", "answer_max_tokens")]
    [InlineData("""{"answer_max_tokens":0,"steps":[]}""", "answer_max_tokens")]
    [InlineData("""{"answer_max_tokens":8,"steps":{}}""", "steps")]
    [InlineData("""{"answer_max_tokens":8,"steps":[null]}""", "steps[0]")]
    [InlineData("""{"answer_max_tokens":8,"steps":[{}]}""", "steps[0]")]
    [InlineData("""{"answer_max_tokens":8,"steps":[{"tool":"a.b","service":"c"}]}""", "steps[0]")]
    [InlineData("""{"answer_max_tokens":8,"steps":[{"tool":"a.b","arguments":[]}]}""", "steps[0].arguments")]
    [InlineData("""{"answer_max_tokens":8,"steps":[{"delegate":"b"}]}""", "steps[0].text")]
    [InlineData("""{"answer_max_tokens":8,"steps":[{"delegate":"b","text":"x","steps":[{"tool":"a.b"},{}]}]}""", "steps[0].steps[1]")]
    public void Names_the_field_that_is_wrong(string plan, string field)
    {
        JsonElement data = JsonSerializer.Deserialize<JsonElement>($$"""{"{{TaskPlan.ExtensionUri}}":{{plan}}}""");
        var message = new Message("m", Role.User, [new Part(Data: data)]);

        A2AException e = Assert.Throws<A2AException>(() => TaskPlan.Of(message));

        Assert.Equal(A2AErrorCode.InvalidParams, e.Code);
        Assert.Contains(field, e.Message, StringComparison.Ordinal);
    }
}
