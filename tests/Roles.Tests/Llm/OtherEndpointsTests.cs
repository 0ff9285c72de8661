using System.Net;
using System.Text.Json;
using NodeBox.Roles.Llm;

namespace NodeBox.Roles.Tests.Llm;

/// <summary>What the llm role serves besides chat completions.</summary>
public sealed class OtherEndpointsTests
{
    public static TheoryData<string, string, int, string?> BadRequests => new()
    {
        { "/v1/completions", """{"model":"testbed"}""", 400, "prompt" },
        { "/v1/completions", """{"model":"testbed","prompt":7}""", 400, "prompt" },
        { "/v1/completions", """{"model":"testbed","prompt":["a","b"]}""", 400, "prompt" },
        { "/v1/completions", """{"model":"testbed","prompt":[1,100000]}""", 400, "prompt" },
        { "/v1/completions", """{"model":"testbed","prompt":[1.5]}""", 400, "prompt" },
        { "/v1/completions", """{"model":"testbed","prompt":"x","echo":true}""", 400, "echo" },
        { "/v1/completions", """{"model":"other","prompt":"x"}""", 404, "model" },
        { "/v1/completions", """{"model":"testbed","prompt":"x","max_tokens":8192}""", 400, "prompt" },
        { "/v1/embeddings", """{"model":"testbed"}""", 400, "input" },
        { "/v1/embeddings", """{"model":"testbed","input":[]}""", 400, "input" },
        { "/v1/embeddings", """{"model":"testbed","input":["a",null]}""", 400, "input[1]" },
        { "/v1/embeddings", """{"model":"testbed","input":"a","encoding_format":"hex"}""", 400, "encoding_format" },
        { "/v1/embeddings", """{"model":"testbed","input":"a","dimensions":7}""", 400, "dimensions" },
        { "/tokenize", "{}", 400, "prompt" },
        { "/tokenize", """{"prompt":"a","content":"b"}""", 400, "prompt" },
        { "/tokenize", """{"model":"other","prompt":"a"}""", 404, "model" },
        { "/detokenize", """{"tokens":[100000]}""", 400, "tokens" },
        { "/detokenize", "{}", 400, "tokens" },
        { "/chat", "{}", 400, "prompt" },
        { "/chat", """{"prompt":7}""", 400, "prompt" },
        { "/chat", """{"prompt":"x","max_tokens":-1}""", 400, "max_tokens" },
        { "/chat", "7", 400, null },
        { "/v1/images", "{}", 404, null },
    };

    [Fact]
    public async Task Refuse_bad_requests_with_an_error_object_that_names_the_field()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        foreach ((string path, string body, int expected, string? param) in BadRequests.Select(row => row.Data))
        {
            (HttpStatusCode status, JsonElement answer) = await server.PostAsync(path, body);

            Assert.True(expected == (int)status, $"{(int)status} for {path} {body}: {answer}");
            Assert.True(param == answer.GetProperty("error").GetProperty("param").GetString(), $"{answer} for {path} {body}");
        }
    }

    [Fact]
    public async Task Survive_requests_with_random_damage()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { Context = 256 }));
        var random = new Random(12);
        (string Path, string Body)[] good =
        [
            ("/v1/completions", """{"model":"testbed","prompt":[5,6,7],"max_tokens":1,"min_p":0.1,"top_k":3,"stop":["a"],"seed":1}"""),
            ("/v1/embeddings", """{"model":"testbed","input":["a",[1,2]],"encoding_format":"base64","dimensions":128}"""),
            ("/tokenize", """{"model":"testbed","prompt":"<|im_start|>x","add_special_tokens":true}"""),
            ("/detokenize", """{"tokens":[1,2,300,1000]}"""),
            ("/chat", """{"prompt":"x","max_tokens":1,"skip_chat_template":true,"system_prompt":"s"}"""),
            ("/v1/chat/completions", """{"model":"testbed","messages":[{"role":"user","content":"a"}],"max_tokens":1,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"anyOf":[{"type":"string","format":"date"},{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"array","items":{"type":"integer","exclusiveMinimum":3}}}}}}}"""),
        ];
        for (int i = 0; i < 400; i++)
        {
            (string path, string body) = good[i % good.Length];
            char[] damaged = body.ToCharArray();
            for (int damage = random.Next(1, 4); damage > 0; damage--)
            {
                damaged[random.Next(damaged.Length)] = random.Next(3) == 0 ? (char)random.Next(0x1000) : body[random.Next(body.Length)];
            }

            using HttpResponseMessage response = await server.SendAsync(path, new string(damaged));

            Assert.True((int)response.StatusCode is 200 or (>= 400 and < 500), $"{response.StatusCode} for {new string(damaged)}");
        }
    }

    [Fact]
    public async Task Complete_a_text_whole_streamed_and_by_its_tokens()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { CachedPrompts = 0 }));
        const string Rest = ""","max_tokens":12,"seed":5,"ignore_eos":true""";
        (_, JsonElement tokenized) = await server.PostAsync("/tokenize", """{"prompt":"look up order 12"}""");

        (HttpStatusCode status, JsonElement whole) = await server.PostAsync("/v1/completions", """{"model":"testbed","prompt":"look up order 12" """ + Rest + "}");
        (_, JsonElement byTokens) = await server.PostAsync("/v1/completions", $$"""{"model":"testbed","prompt":{{tokenized.GetProperty("tokens")}}""" + Rest + "}");
        IReadOnlyList<string> events = await server.StreamAsync(
            "/v1/completions", """{"model":"testbed","prompt":["look up order 12"],"stream":true,"stream_options":{"include_usage":true} """ + Rest + "}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("text_completion", whole.GetProperty("object").GetString());
        string text = Text(whole);
        Assert.NotEmpty(text);
        Assert.Equal(text, Text(byTokens));
        Assert.Equal(text, string.Concat(events.SkipLast(2).Select(data => Text(Json(data)))));
        Assert.Equal(12 + 2, events.Count);
        Assert.Equal("length", Json(events[11]).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(12, Json(events[12]).GetProperty("usage").GetProperty("completion_tokens").GetInt32());

        static string Text(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("text").GetString()!;
    }

    [Fact]
    public async Task Embed_texts_and_tokens_as_numbers_and_as_base64()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        (_, JsonElement tokenized) = await server.PostAsync("/tokenize", """{"content":"look up"}""");

        (_, JsonElement list) = await server.PostAsync(
            "/v1/embeddings", $$"""{"model":"testbed","input":["look up","check stock"],"dimensions":128}""");
        (_, JsonElement one) = await server.PostAsync(
            "/v1/embeddings", $$"""{"model":"testbed","input":{{tokenized.GetProperty("tokens")}},"encoding_format":"base64"}""");

        float[][] embeddings = [.. list.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("embedding").Deserialize<float[]>()!)];
        Assert.Equal(2, embeddings.Length);
        Assert.All(embeddings, embedding => Assert.Equal(1, embedding.Sum(value => value * value), 1e-3));
        Assert.NotEqual(embeddings[0], embeddings[1]);
        byte[] bytes = one.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(embeddings[0], Enumerable.Range(0, 128).Select(i => BitConverter.ToSingle(bytes, 4 * i)));
        Assert.Equal(tokenized.GetProperty("count").GetInt32(), one.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Are_no_embeddings_where_none_are_wanted()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { EmbeddingTokens = 0 }));

        (HttpStatusCode status, JsonElement answer) = await server.PostAsync("/v1/embeddings", """{"model":"testbed","input":"a"}""");

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("embedding_tokens", answer.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Read_back_what_they_tokenized()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        const string Text = "look up order 12, é 😀";

        (_, JsonElement tokenized) = await server.PostAsync("/tokenize", JsonSerializer.Serialize(new { prompt = Text }));
        (_, JsonElement back) = await server.PostAsync("/detokenize", $$"""{"tokens":{{tokenized.GetProperty("tokens")}}}""");
        (_, JsonElement chat) = await server.PostAsync("/tokenize", """{"messages":[{"role":"user","content":"look up"}]}""");

        Assert.Equal(Text, back.GetProperty("prompt").GetString());
        Assert.Equal(8192, tokenized.GetProperty("max_model_len").GetInt32());
        Assert.True(chat.GetProperty("count").GetInt32() > 4);
    }

    [Fact]
    public async Task Serve_agents_that_know_nothing_but_a_prompt()
    {
        await using LlmServer server = await LlmServer.StartAsync();

        (HttpStatusCode status, JsonElement answer) = await server.PostAsync(
            "/chat", """{"prompt":"Do the subtask","max_tokens":9,"request_id":"r1","agent_id":"AgentA","scenario":null}""");
        (_, JsonElement bare) = await server.PostAsync(
            "/chat", """{"input":"Do the subtask","max_tokens":9,"system_prompt":"You are an agent.","skip_chat_template":true}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(JsonValueKind.String, answer.GetProperty("output").ValueKind);
        JsonElement meta = answer.GetProperty("meta");
        Assert.Equal("r1", meta.GetProperty("request_id").GetString());
        Assert.InRange(meta.GetProperty("completion_tokens").GetInt32(), 1, 9);
        Assert.Equal(32, meta.GetProperty("otel").GetProperty("trace_id").GetString()!.Length);
        Assert.True(bare.GetProperty("meta").GetProperty("prompt_tokens").GetInt32() < meta.GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Say_what_the_server_is_doing()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        await server.PostAsync("""{"model":"testbed","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"ignore_eos":true}""");
        await server.PostAsync("{");

        // Steps are told besides the tokens that come of them, and may be counted after the answer.
        string metrics = await server.MetricsAsync(static metrics => LlmServer.Value(metrics, "nodebox_llm_batch_sequences_count") == 5);

        Assert.Contains("nodebox_llm_requests_total{model=\"testbed\",status=\"200\"} 1\n", metrics);
        Assert.Contains("nodebox_llm_requests_total{status=\"400\"} 1\n", metrics);
        Assert.Contains("nodebox_llm_rejections_total{code=\"invalid_json\"} 1\n", metrics);
        Assert.Contains("nodebox_llm_generations_total{model=\"testbed\",outcome=\"length\"} 1\n", metrics);
        Assert.Contains("nodebox_llm_time_to_first_token_seconds_bucket{model=\"testbed\",le=\"+Inf\"} 1\n", metrics);
        Assert.Contains("nodebox_llm_inter_token_seconds_count{model=\"testbed\"} 4\n", metrics);
        Assert.Contains("nodebox_llm_completion_tokens_bucket{model=\"testbed\",le=\"2\"} 0\n", metrics);
        Assert.Contains("nodebox_llm_completion_tokens_bucket{model=\"testbed\",le=\"5\"} 1\n", metrics);
        Assert.Contains("nodebox_llm_batch_sequences_count{model=\"testbed\"} 5\n", metrics);
        Assert.Contains("nodebox_llm_slots{model=\"testbed\"} 4\n", metrics);
        double kvBytes = LlmServer.Value(metrics, "nodebox_llm_kv_capacity_bytes");
        Assert.True(kvBytes > 0 && LlmServer.Value(metrics, "nodebox_llm_resident_bytes") > 0, metrics);
        Assert.Equal(kvBytes / LlmServer.Value(metrics, "nodebox_llm_kv_capacity_tokens"), LlmServer.Value(metrics, "nodebox_llm_kv_bytes") / LlmServer.Value(metrics, "nodebox_llm_kv_tokens"));
        Assert.Equal("ready", Json(await server.Http.GetStringAsync("/ready")).GetProperty("status").GetString());
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
