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
    public async Task Gets_json_by_a_schema_and_several_calls_at_once()
    {
        JsonElement said = await RunAsync("formats");

        Assert.Equal(JsonValueKind.Object, said.GetProperty("any").ValueKind);
        JsonElement trip = said.GetProperty("trip");
        Assert.Contains(trip.GetProperty("city").GetString(), (string[])["Oslo", "Rome"]);
        JsonElement next = trip.GetProperty("next");
        Assert.True(next.ValueKind == JsonValueKind.Null || next.GetInt32() is >= 1 and <= 9, next.ToString());
        JsonElement[] calls = [.. said.GetProperty("calls").EnumerateArray()];
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.Equal(4711, call.GetProperty("order_id").GetInt32()));
    }

    [Fact]
    public async Task Gets_what_seed_temperature_and_stop_ask_for()
    {
        JsonElement said = await RunAsync("sampling");

        string all = said.GetProperty("all").GetString()!;
        string stop = said.GetProperty("stop").GetString()!;
        Assert.Equal(all[..all.IndexOf(stop, StringComparison.Ordinal)], said.GetProperty("stopped").GetString());
        Assert.Equal("stop", said.GetProperty("finishReason").GetString());
        string[] seeds = Texts(said.GetProperty("seeds"));
        Assert.Equal(seeds[0], seeds[1]);
        Assert.NotEqual(seeds[0], seeds[2]);
        Assert.All(Texts(said.GetProperty("greedy")), text => Assert.Equal(all, text));
    }

    [Fact]
    public async Task Gets_a_bare_completion_whole_and_streamed()
    {
        JsonElement said = await RunAsync("completions");

        Assert.Equal("length", said.GetProperty("finishReason").GetString());
        Assert.Equal(12, said.GetProperty("tokens").GetInt32());
        Assert.Equal(12, said.GetProperty("events").GetInt32());
        Assert.NotEmpty(said.GetProperty("whole").GetString()!);
        Assert.Equal(said.GetProperty("whole").GetString(), said.GetProperty("streamed").GetString());
    }

    [Fact]
    public async Task Gets_the_same_embeddings_in_both_encodings()
    {
        JsonElement said = await RunAsync("embeddings");

        Assert.Equal([128, 128], said.GetProperty("sizes").EnumerateArray().Select(size => size.GetInt32()));
        double[] first = Numbers(said.GetProperty("first"));
        Assert.Equal(1, first.Sum(value => value * value), 1e-3);
        Assert.Equal(first, Numbers(said.GetProperty("floats")), (one, other) => Math.Abs(one - other) < 1e-5);
        Assert.True(said.GetProperty("tokens").GetInt32() > 4);
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

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(text => text.GetString()!)];

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    private static string Error(string type, int status, string? code, string param) =>
        JsonSerializer.Serialize(new { @class = type, status, code, param, type = "invalid_request_error" });

    private Task<JsonElement> RunAsync(string topic) => NodeScript.RunAsync("openai.mjs", testbed.Llm.ToString(), "testbed", topic);
}
