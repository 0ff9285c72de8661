using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Llm;

/// <summary>An agent's loop by the official OpenAI client, with the trained model deciding.</summary>
public sealed class OpenAiAgentTests
{
    [Fact]
    public async Task Calls_the_tool_reads_its_result_and_answers()
    {
        string address = Loopback.NextAddress();
        await using Nodes nodes = await Nodes.StartAsync(["n1"], "n1", $"""
            [nodes.n1]
            address = "{address}"
            role = "llm+collector"
            """, Path.Combine(Published.Root, "models", "testbed.gguf"));
        string prompt = await File.ReadAllTextAsync(Path.Combine(Published.Root, "agents", "agent-a.md"), TestContext.Current.CancellationToken);

        JsonElement said = await NodeScript.RunAsync("openai-agent.mjs", [$"http://{address}:8000", "testbed"], prompt);

        foreach (string way in (string[])["whole", "streamed"])
        {
            JsonElement loop = said.GetProperty(way);
            Assert.Equal("""[{"name":"db__lookup_order","arguments":{"order_id":4711}}]""", loop.GetProperty("calls").GetRawText());
            Assert.Equal("stop", loop.GetProperty("finishReason").GetString());
            Assert.Contains("4711 is shipped", loop.GetProperty("answer").GetString());
        }

        Assert.Equal("""[{"order_id":4711}]""", said.GetProperty("runner").GetProperty("ran").GetRawText());
        Assert.Contains("4711 is shipped", said.GetProperty("runner").GetProperty("answer").GetString());
    }
}
