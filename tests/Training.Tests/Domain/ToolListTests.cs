using System.Text.Json;
using ModelContextProtocol.Protocol;
using NodeBox.Llama.Chat;
using NodeBox.Roles.Tools.Db;
using NodeBox.Roles.Tools.Synthetic;
using NodeBox.Training.Domain;

namespace NodeBox.Training.Tests.Domain;

public sealed class ToolListTests
{
    [Fact]
    public void Tools_are_what_the_tool_servers_list()
    {
        IEnumerable<Tool> db = DbTools.Over(null!).Select(static tool => tool.ProtocolTool);
        Tool work = WorkTool.Create().ProtocolTool;
        IEnumerable<string> served = db.Select(static tool => Line($"db__{tool.Name}", tool.Description, tool.InputSchema))
            .Append(Line($"synthetic__{work.Name}", work.Description, work.InputSchema));
        IEnumerable<string> trainedOn = ToolList.Of("agent-b", Settings.MaxLongId)
            .Where(static tool => tool.Name is not (ToolList.Delegate or ToolList.CallService))
            .Select(static tool => Line(tool.Name, tool.Description, tool.Parameters!.Value));
        Assert.Equal(served, trainedOn);
    }

    private static string Line(string name, string? description, JsonElement schema) =>
        ChatMl.Render([], [new ToolDefinition(name, description, schema)])[1].Text;
}
