using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Llm;

/// <summary>The official OpenAI client for Node.js against the llm role.</summary>
public sealed class OpenAiClientTests(Testbed testbed)
{
    [Fact]
    public async Task Streams_the_same_text_that_it_gets_whole()
    {
        JsonElement said = await RunAsync("text");

        Assert.Equal("testbed", said.GetProperty("models")[0].GetString());
        JsonElement whole = said.GetProperty("whole");
        JsonElement streamed = said.GetProperty("streamed");
        Assert.Equal(24, whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(24, streamed.GetProperty("tokens").GetInt32());
        Assert.Equal("length", whole.GetProperty("finishReason").GetString());
        Assert.Equal("length", streamed.GetProperty("finishReason").GetString());
        Assert.True(JsonElement.DeepEquals(whole.GetProperty("usage"), streamed.GetProperty("usage")));
        Assert.Equal(whole.GetProperty("content").GetString(), streamed.GetProperty("content").GetString());
    }

    [Fact]
    public async Task Gets_a_forced_tool_call_whose_arguments_are_json()
    {
        JsonElement said = await RunAsync("calls");

        foreach (string way in (string[])["whole", "streamed"])
        {
            JsonElement call = said.GetProperty(way);
            Assert.Equal("tool_calls", call.GetProperty("finishReason").GetString());
            Assert.Equal("lookup_order", call.GetProperty("name").GetString());
            Assert.Equal(4711, call.GetProperty("arguments").GetProperty("order_id").GetInt32());
            Assert.Equal("é \"quoted\"", call.GetProperty("arguments").GetProperty("note").GetString());
        }
    }

    [Fact]
    public async Task Knows_the_errors_as_its_own()
    {
        JsonElement said = await RunAsync("errors");

        Assert.Equal(Error("NotFoundError", 404, "model_not_found", "model"), said.GetProperty("model").GetRawText());
        Assert.Equal(Error("BadRequestError", 400, "unsupported_parameter", "n"), said.GetProperty("n").GetRawText());
        Assert.Equal(Error("BadRequestError", 400, "context_length_exceeded", "messages"), said.GetProperty("overflow").GetRawText());
        Assert.Equal(Error("BadRequestError", 400, null, "temperature"), said.GetProperty("streamed").GetRawText());
    }

    private static string Error(string type, int status, string? code, string param) =>
        JsonSerializer.Serialize(new { @class = type, status, code, param, type = "invalid_request_error" });

    private Task<JsonElement> RunAsync(string topic) => NodeScript.RunAsync("openai.mjs", testbed.Llm.ToString(), "testbed", topic);
}
