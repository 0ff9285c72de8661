using System.Diagnostics;
using System.Net;
using System.Text.Json;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Tests.Tools;

namespace NodeBox.Roles.Tests.Llm;

public sealed class ChatCompletionsTests
{
    private const string Messages = """
        [{"role":"system","content":"You are an agent."},{"role":"user","content":"look up order 12"},
         {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"lookup","arguments":"{\"id\":1}"}}]},
         {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"pending"}]}]
        """;

    private const string Tools = """
        [{"type":"function","function":{"name":"lookup_order","description":"Looks up.","parameters":{"type":"object",
          "properties":{"id":{"type":"integer","const":4711},"note":{"type":"string","const":"as \"seen\" ✓"}},
          "required":["id","note"],"additionalProperties":false}}},
         {"type":"function","function":{"name":"other"}}]
        """;

    private const string Forced = """{"type":"function","function":{"name":"lookup_order"}}""";

    [Fact]
    public async Task Answers_with_text_and_counts_its_tokens()
    {
        await using LlmServer server = await LlmServer.StartAsync();

        (HttpStatusCode status, JsonElement body) = await server.PostAsync($$"""{"model":"testbed","messages":{{Messages}},"max_tokens":12,"seed":3,"temperature":0.7}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("chat.completion", body.GetProperty("object").GetString());
        JsonElement choice = body.GetProperty("choices")[0];
        Assert.Equal("assistant", choice.GetProperty("message").GetProperty("role").GetString());
        Assert.NotEmpty(choice.GetProperty("message").GetProperty("content").GetString()!);
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        JsonElement usage = body.GetProperty("usage");
        Assert.Equal(12, usage.GetProperty("completion_tokens").GetInt32());
        Assert.InRange(usage.GetProperty("prompt_tokens").GetInt32(), 20, 200);
        Assert.Equal(usage.GetProperty("prompt_tokens").GetInt32() + 12, usage.GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData(Forced)]
    [InlineData("\"required\"")]
    public async Task Calls_a_tool_with_exactly_the_arguments_that_its_schema_fixes(string choice)
    {
        await using LlmServer server = await LlmServer.StartAsync();

        for (int seed = 0; seed < 5; seed++)
        {
            (_, JsonElement body) = await server.PostAsync(
                $$"""{"model":"testbed","messages":{{Messages}},"tools":{{Tools}},"tool_choice":{{choice}},"parallel_tool_calls":false,"seed":{{seed}},"temperature":1.5}""");

            JsonElement answer = body.GetProperty("choices")[0];
            Assert.Equal("tool_calls", answer.GetProperty("finish_reason").GetString());
            Assert.Equal(JsonValueKind.Null, answer.GetProperty("message").GetProperty("content").ValueKind);
            JsonElement call = Assert.Single(answer.GetProperty("message").GetProperty("tool_calls").EnumerateArray());
            AssertIsCall(call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function").GetProperty("arguments").GetString()!);
            Assert.StartsWith("call_", call.GetProperty("id").GetString());
            Assert.False(call.TryGetProperty("index", out _));
        }
    }

    [Theory]
    [InlineData("qwen")]
    [InlineData("mistral-v3")]
    [InlineData("phi4-mini")]
    [InlineData("llama3")]
    public async Task Calls_tools_between_the_marks_of_the_models_family(string template)
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { ChatTemplate = template });

        (_, JsonElement body) = await server.PostAsync(
            $$"""{"model":"testbed","messages":{{Messages}},"tools":{{Tools}},"tool_choice":{{Forced}},"temperature":1.5}""");

        JsonElement answer = body.GetProperty("choices")[0];
        Assert.Equal("tool_calls", answer.GetProperty("finish_reason").GetString());
        JsonElement called = answer.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        AssertIsCall(called.GetProperty("name").GetString()!, called.GetProperty("arguments").GetString()!);
    }

    [Fact]
    public async Task Streams_a_tool_call_whose_pieces_make_the_arguments()
    {
        await using LlmServer server = await LlmServer.StartAsync();

        IReadOnlyList<string> events = await server.StreamAsync(
            $$$"""{"model":"testbed","messages":{{{Messages}}},"tools":{{{Tools}}},"tool_choice":{{{Forced}}},"stream":true,"stream_options":{"include_usage":true}}""");

        Assert.Equal("[DONE]", events[^1]);
        JsonElement[] chunks = [.. events.SkipLast(1).Select(Json)];
        JsonElement[] deltas = [.. chunks.SkipLast(1).Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta"))];
        JsonElement[] pieces = [.. deltas.Where(delta => delta.TryGetProperty("tool_calls", out _)).Select(delta => delta.GetProperty("tool_calls")[0])];
        string name = pieces[0].GetProperty("function").GetProperty("name").GetString()!;
        string arguments = string.Concat(pieces.Select(piece => piece.GetProperty("function").GetProperty("arguments").GetString()));

        AssertIsCall(name, arguments);
        Assert.Equal("assistant", deltas[0].GetProperty("role").GetString());
        Assert.Equal("tool_calls", chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.All(chunks.SkipLast(2), chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind));
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(deltas.Length, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Streams_one_event_a_token_and_the_same_text_as_without_a_stream()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { CachedPrompts = 0 }));
        string request = $$"""{"model":"testbed","messages":{{Messages}},"max_completion_tokens":30,"seed":9""";

        IReadOnlyList<string> events = await server.StreamAsync(request + ""","stream":true}""");
        (_, JsonElement body) = await server.PostAsync(request + "}");

        Assert.Equal(body.GetProperty("usage").GetProperty("completion_tokens").GetInt32() + 1, events.Count);
        Assert.Equal(
            body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(),
            string.Concat(events.SkipLast(1).Select(data => Json(data).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString())));
    }

    [Fact]
    public async Task Streams_as_many_tokens_an_event_as_it_is_set_to()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { ChunkTokens = 4 }.With(static options => options with { CachedPrompts = 0 }));
        string request = $$"""{"model":"testbed","messages":{{Messages}},"max_tokens":10,"seed":9,"ignore_eos":true""";

        IReadOnlyList<string> events = await server.StreamAsync(request + ""","stream":true}""");
        (_, JsonElement body) = await server.PostAsync(request + "}");

        Assert.Equal(3 + 1, events.Count);
        Assert.Equal(
            body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(),
            string.Concat(events.SkipLast(1).Select(data => Json(data).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString())));
    }

    [Fact]
    public async Task Calls_several_tools_at_once_and_streams_them_apart()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { CachedPrompts = 0 }));
        var counts = new HashSet<int>();
        for (int seed = 0; seed < 8; seed++)
        {
            string request = $$"""{"model":"testbed","messages":{{Messages}},"tools":{{Tools}},"tool_choice":"required","seed":{{seed}},"top_k":0,"temperature":2""";
            (_, JsonElement body) = await server.PostAsync(request + "}");
            IReadOnlyList<string> events = await server.StreamAsync(request + ""","stream":true}""");

            JsonElement[] calls = [.. body.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls").EnumerateArray()];
            Assert.All(calls, call => AssertIsCall(call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function").GetProperty("arguments").GetString()!));
            Assert.Equal(calls.Length, calls.Select(call => call.GetProperty("id").GetString()).Distinct().Count());
            IEnumerable<JsonElement> pieces = events.SkipLast(1)
                .Select(data => Json(data).GetProperty("choices")[0].GetProperty("delta"))
                .Where(delta => delta.TryGetProperty("tool_calls", out _))
                .SelectMany(delta => delta.GetProperty("tool_calls").EnumerateArray());
            Assert.Equal(
                calls.Select(call => call.GetProperty("function").GetProperty("arguments").GetString()),
                pieces.GroupBy(piece => piece.GetProperty("index").GetInt32())
                    .Select(call => string.Concat(call.Select(piece => piece.GetProperty("function").GetProperty("arguments").GetString()))));
            counts.Add(calls.Length);
        }

        Assert.True(counts.Count > 1, string.Join(',', counts));
    }

    [Fact]
    public async Task Answers_in_the_format_that_is_asked_for()
    {
        const string Schema = """{"type":"array","items":{"$ref":"#/$defs/i"},"minItems":1,"$defs":{"i":{"enum":[4,"é"]}}}""";
        await using LlmServer server = await LlmServer.StartAsync();
        string request = $$"""{"model":"testbed","messages":{{Messages}},"max_tokens":100,"seed":1""";

        (_, JsonElement any) = await server.PostAsync(request + ""","response_format":{"type":"json_object"}}""");
        (_, JsonElement list) = await server.PostAsync(
            request + ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,\"schema\":" + Schema + "}}}");

        Assert.StartsWith("{\"", any.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        JsonElement choice = list.GetProperty("choices")[0];
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        JsonElement[] items = [.. Json(choice.GetProperty("message").GetProperty("content").GetString()!).EnumerateArray()];
        Assert.NotEmpty(items);
        Assert.All(items, item => Assert.Contains(item.ToString(), (string[])["4", "é"]));
    }

    [Fact]
    public async Task Generates_exactly_as_many_tokens_as_a_load_study_asks_for()
    {
        await using LlmServer server = await LlmServer.StartAsync();

        for (int seed = 0; seed < 6; seed++)
        {
            (_, JsonElement body) = await server.PostAsync(
                $$"""{"model":"testbed","messages":{{Messages}},"max_tokens":200,"ignore_eos":true,"temperature":2,"top_k":-1,"seed":{{seed}}}""");

            Assert.Equal(200, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        }
    }

    [Fact]
    public async Task Says_how_much_of_the_prompt_was_cached()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        string request = $$"""{"model":"testbed","messages":{{Messages}},"max_tokens":2}""";

        (_, JsonElement first) = await server.PostAsync(request);
        (_, JsonElement second) = await server.PostAsync(request);

        Assert.Equal(0, Cached(first));
        Assert.Equal(second.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() - 1, Cached(second));

        static int Cached(JsonElement body) =>
            body.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
    }

    [Fact]
    public async Task Lets_the_model_decide_between_text_and_a_call()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        var reasons = new HashSet<string>();

        for (int seed = 0; seed < 12; seed++)
        {
            (_, JsonElement body) = await server.PostAsync($$"""{"model":"testbed","messages":{{Messages}},"tools":{{Tools}},"seed":{{seed}},"max_tokens":60,"top_k":0,"temperature":2}""");
            JsonElement answer = body.GetProperty("choices")[0];
            string reason = answer.GetProperty("finish_reason").GetString()!;
            reasons.Add(reason);
            Assert.Equal(reason == "tool_calls", answer.GetProperty("message").TryGetProperty("tool_calls", out _));
        }

        Assert.Contains("length", reasons);
    }

    [Fact]
    public async Task Ends_at_a_stop_text()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { CachedPrompts = 0 }));
        string request = $$"""{"model":"testbed","messages":{{Messages}},"max_tokens":60,"seed":4""";
        (_, JsonElement whole) = await server.PostAsync(request + "}");
        string text = whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        string stop = text.Substring(text.Length / 2, 3);

        (_, JsonElement cut) = await server.PostAsync(request + $$""","stop":{{JsonSerializer.Serialize(new[] { stop })}}}""");

        Assert.Equal("stop", cut.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], cut.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task Lists_its_model_and_is_healthy()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { Name = "mine" });

        JsonElement models = Json(await server.Http.GetStringAsync("/v1/models"));

        Assert.Equal("mine", Assert.Single(models.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("ok", Json(await server.Http.GetStringAsync("/health")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Puts_token_counts_on_the_span_of_the_request()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        using var log = new SpanLog();
        var task = ActivityTraceId.CreateRandom();
        server.Http.DefaultRequestHeaders.Add("traceparent", $"00-{task}-{ActivitySpanId.CreateRandom()}-01");

        await server.PostAsync($$"""{"model":"testbed","messages":{{Messages}},"max_tokens":5,"seed":1}""");

        Activity span = Assert.Single(await log.OfAsync(task, 1));
        Assert.Equal("chat", span.GetTagItem("gen_ai.operation.name"));
        Assert.Equal(5, span.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.True((int)span.GetTagItem("gen_ai.usage.input_tokens")! > 10);
        Assert.Equal(["length"], (string[])span.GetTagItem("gen_ai.response.finish_reasons")!);
        Assert.True((double)span.GetTagItem("nodebox.time_to_first_token_ms")! > 0);
        Assert.True((double)span.GetTagItem("nodebox.queue_wait_ms")! >= 0);
        Assert.NotEqual(Environment.ProcessId, Assert.IsType<int>(span.GetTagItem("process.pid")));
        Assert.True((long)span.GetTagItem("nodebox.llm.peak_resident_bytes")! >= (long)span.GetTagItem("nodebox.llm.resident_bytes")!);
        Assert.True((long)span.GetTagItem("nodebox.llm.resident_bytes")! > 1 << 20);
    }

    private static void AssertIsCall(string name, string arguments)
    {
        if (name == "other")
        {
            Assert.Equal("{}", arguments);
            return;
        }

        Assert.Equal("lookup_order", name);
        JsonElement values = Json(arguments);
        Assert.Equal(2, values.EnumerateObject().Count());
        Assert.Equal(4711, values.GetProperty("id").GetInt32());
        Assert.Equal("as \"seen\" ✓", values.GetProperty("note").GetString());
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
