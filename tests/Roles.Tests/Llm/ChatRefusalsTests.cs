using System.Net;
using System.Text;
using System.Text.Json;
using NodeBox.Llama;
using NodeBox.Llama.Devices;
using NodeBox.Roles.Llm;

namespace NodeBox.Roles.Tests.Llm;

public sealed class ChatRefusalsTests
{
    private const string Begin = """{"model":"testbed","messages":[{"role":"user","content":"hi"}]""";

    private const string Tool = """{"type":"function","function":{"name":"t","parameters":{"type":"object"}}}""";

    public static TheoryData<string, int, string?> BadRequests => new()
    {
        { "", 400, null },
        { "{", 400, null },
        { "null", 400, null },
        { "[]", 400, null },
        { """{"messages":[]}""", 400, "model" },
        { """{"model":7}""", 400, "model" },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""", 404, "model" },
        { """{"model":"testbed","messages":[]}""", 400, "messages" },
        { """{"model":"testbed","messages":"hi"}""", 400, "messages" },
        { """{"model":"testbed","messages":[null]}""", 400, "messages[0].role" },
        { """{"model":"testbed","messages":[{"role":"owner","content":"hi"}]}""", 400, "messages[0].role" },
        { """{"model":"testbed","messages":[{"role":"user"}]}""", 400, "messages[0].content" },
        { """{"model":"testbed","messages":[{"role":"user","content":[{"type":"image_url"}]}]}""", 400, "messages[0].content[0]" },
        { """{"model":"testbed","messages":[{"role":"user","content":[{"type":3}]}]}""", 400, "messages[0].content[0]" },
        { """{"model":"testbed","messages":[{"role":"tool","content":"x"}]}""", 400, "messages[0].tool_call_id" },
        { """{"model":"testbed","messages":[{"role":"assistant","tool_calls":[{"type":"function"}]}]}""", 400, "messages[0].tool_calls[0]" },
        { Begin + ""","n":2}""", 400, "n" },
        { Begin + ""","logprobs":true}""", 400, "logprobs" },
        { Begin + ""","response_format":{"type":"yaml"}}""", 400, "response_format" },
        { Begin + ""","response_format":"json"}""", 400, "response_format" },
        { Begin + ""","response_format":{"type":"json_schema"}}""", 400, "response_format" },
        { Begin + ""","response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"string","pattern":"a"}}}}""", 400, "response_format" },
        { Begin + $$""","response_format":{"type":"json_object"},"tools":[{{Tool}}]}""", 400, "response_format" },
        { Begin + ""","response_format":{"type":"json_object"},"ignore_eos":true}""", 400, "ignore_eos" },
        { Begin + $$""","min_tokens":3,"tools":[{{Tool}}]}""", 400, "min_tokens" },
        { Begin + ""","min_tokens":3,"max_tokens":2}""", 400, "min_tokens" },
        { Begin + ""","min_p":1.5}""", 400, "min_p" },
        { Begin + ""","presence_penalty":-3}""", 400, "presence_penalty" },
        { Begin + ""","grammar":"root ::= x"}""", 400, "grammar" },
        { Begin + ""","functions":[]}""", 400, "functions" },
        { Begin + ""","temperature":3}""", 400, "temperature" },
        { Begin + ""","temperature":"hot"}""", 400, "temperature" },
        { Begin + ""","top_p":0}""", 400, "top_p" },
        { Begin + ""","max_tokens":0}""", 400, "max_tokens" },
        { Begin + ""","max_tokens":1.5}""", 400, "max_tokens" },
        { Begin + ""","max_tokens":8192}""", 400, "messages" },
        { Begin + ""","stop":["a","b","c","d","e"]}""", 400, "stop" },
        { Begin + ""","stop":""}""", 400, "stop" },
        { Begin + ""","stream_options":{"include_usage":true}}""", 400, "stream_options" },
        { Begin + ""","tool_choice":"required"}""", 400, "tool_choice" },
        { Begin + ""","tool_choice":{"type":3}}""", 400, "tool_choice" },
        { Begin + $$$$""","tools":[{{{{Tool}}}}],"tool_choice":{"type":"function","function":{"name":"u"}}}""", 400, "tool_choice" },
        { Begin + $$""","tools":[{{Tool}},{{Tool}}]}""", 400, "tools" },
        { Begin + $$""","tools":[{{Tool}}],"stop":"x"}""", 400, "stop" },
        { Begin + ""","tools":[{"type":"function","function":{"name":"bad name"}}]}""", 400, "tools[0].function.name" },
        { Begin + ""","tools":[{"type":"function","function":{"name":"t","parameters":{"type":"object","properties":{"x":{"$ref":"#/a"}}}}}]}""", 400, "tools" },
        { """{"model":"testbed","messages":[{"role":"user","content":"\ud800"}]}""", 400, null },
    };

    [Fact]
    public async Task Refuses_every_bad_request_with_an_error_object_that_names_the_field()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        foreach ((string body, int expected, string? param) in BadRequests.Select(row => row.Data))
        {
            (HttpStatusCode status, JsonElement answer) = await server.PostAsync(body);

            Assert.True(expected == (int)status, $"{(int)status} for {body}: {answer}");
            JsonElement error = answer.GetProperty("error");
            Assert.NotEmpty(error.GetProperty("message").GetString()!);
            Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
            Assert.True(param == error.GetProperty("param").GetString(), $"{error} for {body}");
            Assert.True(error.TryGetProperty("code", out _));
        }
    }

    [Fact]
    public async Task Accepts_fields_that_ask_for_nothing()
    {
        await using LlmServer server = await LlmServer.StartAsync();

        (HttpStatusCode status, _) = await server.PostAsync(
            Begin + ""","n":1,"logprobs":false,"user":"me","response_format":{"type":"text"},"presence_penalty":0.0,"logit_bias":null,"stop":null,"tools":[],"max_tokens":1}""");

        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Survives_bodies_of_random_bytes_and_of_requests_with_random_damage()
    {
        await using LlmServer server = await LlmServer.StartAsync();
        var random = new Random(11);
        byte[] good = Encoding.UTF8.GetBytes(Begin + $$""","max_tokens":1,"stop":null,"tools":[{{Tool}}],"tool_choice":"none"}""");
        for (int i = 0; i < 300; i++)
        {
            byte[] body = [.. good];
            for (int damage = random.Next(1, 6); damage > 0; damage--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            using HttpResponseMessage response = await server.Http.PostAsync("/v1/chat/completions", new ByteArrayContent(body[..random.Next(body.Length + 1)]));

            Assert.True((int)response.StatusCode is 200 or (>= 400 and < 500), $"{response.StatusCode} for {Encoding.Latin1.GetString(body)}");
        }
    }

    [Fact]
    public async Task Refuses_a_body_that_is_too_large()
    {
        await using LlmServer server = await LlmServer.StartAsync(new LlmSettings { MaxRequestBytes = 1000 });

        (HttpStatusCode status, JsonElement body) = await server.PostAsync($$"""{"model":"{{new string('x', 2000)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("request_too_large", body.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Says_what_a_prompt_beyond_the_context_needs()
    {
        await using LlmServer server = await LlmServer.StartAsync();

        (HttpStatusCode status, JsonElement body) = await server.PostAsync(
            $$"""{"model":"testbed","messages":[{"role":"user","content":"{{string.Concat(Enumerable.Repeat("% ", 9000))}}"}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("context_length_exceeded", body.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("8192", body.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Answers_other_addresses_with_an_error_object()
    {
        await using LlmServer server = await LlmServer.StartAsync();

        using HttpResponseMessage response = await server.Http.GetAsync("/v1/chat/completions");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("unknown_url", body.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Refuses_with_429_when_the_queue_is_full_and_serves_again_when_clients_are_gone()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { QueueLimit = 1, Slots = 1 }));
        string longRequest = Begin + ""","max_tokens":8000,"stream":true,"temperature":0}""";
        using var gone = new CancellationTokenSource();
        using HttpResponseMessage first = await server.SendAsync(longRequest, gone.Token);
        List<Task<HttpResponseMessage>> others = [server.SendAsync(longRequest, gone.Token), server.SendAsync(longRequest, gone.Token)];

        Task<HttpResponseMessage> answered = await Task.WhenAny(others);

        using HttpResponseMessage refused = await answered;
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Contains("queue_full", await refused.Content.ReadAsStringAsync());
        others.Remove(answered);
        gone.Cancel();
        first.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => others.Single());
        await ServesAgainAsync(server);
    }

    [Fact]
    public async Task Ends_a_request_at_its_deadline()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { Deadline = TimeSpan.FromSeconds(2) });

        (HttpStatusCode status, JsonElement body) = await server.PostAsync(Begin + ""","max_tokens":8000,"temperature":0}""");
        IReadOnlyList<string> events = await server.StreamAsync(Begin + ""","max_tokens":8000,"temperature":0,"stream":true}""");

        Assert.Equal(HttpStatusCode.GatewayTimeout, status);
        Assert.Equal("deadline_exceeded", body.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("\"deadline_exceeded\"", events[^1]);
    }

    [Fact]
    public async Task Does_not_start_with_a_context_that_the_model_does_not_have()
    {
        var settings = new ModelSettings().With(static options => options with { Context = 100_000 });

        ModelException e = await Assert.ThrowsAsync<ModelException>(() => LlmServer.StartAsync(settings));

        Assert.Contains("100000", e.Message);
    }

    [Fact]
    public async Task Does_not_start_on_the_processor_when_a_GPU_is_asked_for()
    {
        // The libraries for GPUs are not beside this test, so that this holds on a machine with a GPU too.
        LlamaLibraryException e = await Assert.ThrowsAsync<LlamaLibraryException>(
            () => LlmServer.StartAsync(new ModelSettings().With(static options => options with { Device = DeviceKind.Cuda })));

        Assert.Contains("no GPU can be used", e.Message);
        Assert.Contains("cuda13/libggml-cuda.so is not installed", e.Message);
        Assert.Contains("cuda12/libggml-cuda.so is not installed", e.Message);
    }

    [Fact]
    public async Task Refuses_a_GPU_that_gets_no_layers()
    {
        ModelException e = await Assert.ThrowsAsync<ModelException>(
            () => LlmServer.StartAsync(new ModelSettings().With(static options => options with { Device = DeviceKind.Cuda, GpuLayers = 0 })));

        Assert.Contains("gpu_layers", e.Message);
    }

    private static async Task ServesAgainAsync(LlmServer server)
    {
        // The requests of the clients that went would take far longer than this.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        HttpStatusCode status;
        do
        {
            using HttpResponseMessage response = await server.SendAsync(Begin + ""","max_tokens":1}""", limit.Token);
            status = response.StatusCode;
        }
        while (status == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, status);
    }
}
