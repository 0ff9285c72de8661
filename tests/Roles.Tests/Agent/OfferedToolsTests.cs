using System.Text.Json;
using NodeBox.A2A;
using NodeBox.Llama.Chat;
using NodeBox.Roles.Baseline;
using NodeBox.Training.Domain;

namespace NodeBox.Roles.Tests.Agent;

/// <summary>What a deciding model gets to read is, byte for byte, what the testbed model was trained to read.</summary>
public sealed class OfferedToolsTests
{
    [Fact]
    public async Task Are_those_of_the_training_in_its_order_and_words()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync(change: static settings => settings with { ServiceArguments = BaselineRole.RequestSchema });

        (AgentTask answer, _, _) = await testbed.AskAsync(new TaskPlan(9));

        Assert.Equal(TaskState.Completed, answer.Status.State);
        JsonElement request = Assert.Single(testbed.Llm.Requests);
        ToolDefinition[] offered = [.. request.GetProperty("tools").EnumerateArray().Select(static tool => Read(tool.GetProperty("function")))];
        Assert.Equal(Rendered(ToolList.Of("agent-b", Settings.MaxLongId)), Rendered(offered));
    }

    private static ToolDefinition Read(JsonElement function) =>
        new(function.GetProperty("name").GetString()!, function.GetProperty("description").GetString(), function.GetProperty("parameters"));

    private static string Rendered(IReadOnlyList<ToolDefinition> tools) =>
        string.Concat(ChatMl.Render([new ChatMessage(ChatRole.System, "")], tools).Select(static part => part.Text));
}
