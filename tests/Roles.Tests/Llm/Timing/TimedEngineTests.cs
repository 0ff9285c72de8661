using System.Diagnostics;
using System.Net;
using System.Text.Json;
using NodeBox.Roles.Llm;

namespace NodeBox.Roles.Tests.Llm.Timing;

public sealed class TimedEngineTests
{
    private const string Ask = """{"model":"testbed","messages":[{"role":"user","content":"How are you?"}]}""";

    private const string AskForCall =
        """
        {"model":"testbed","messages":[{"role":"user","content":"Find order 42."}],
         "tools":[{"type":"function","function":{"name":"find","parameters":
            {"type":"object","properties":{"id":{"type":"integer","const":42}},"required":["id"]}}}],
         "tool_choice":{"type":"function","function":{"name":"find"}}}
        """;

    private static readonly ModelSettings s_quick = new()
    {
        Engine = ModelSettings.Timed,
        Timing = new TimingSettings { FirstToken = TimeSpan.FromMilliseconds(40), TokenGap = TimeSpan.FromMilliseconds(5), ReplyTokens = 12 },
    };

    [Fact]
    public async Task A_reply_has_the_tokens_and_takes_the_time_that_are_set()
    {
        await using LlmServer server = await LlmServer.StartAsync(s_quick);
        await server.PostAsync(Ask);
        long begin = Stopwatch.GetTimestamp();

        (HttpStatusCode status, JsonElement body) = await server.PostAsync(Ask);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.InRange(Stopwatch.GetElapsedTime(begin).TotalMilliseconds, 95, 30_000);
        Assert.Equal(12, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        JsonElement choice = body.GetProperty("choices")[0];
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.StartsWith("one two six ten one ", choice.GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("\"max_tokens\":5", 5, "length")]
    [InlineData("\"max_tokens\":20,\"min_tokens\":16", 16, "stop")]
    [InlineData("\"max_tokens\":20,\"ignore_eos\":true", 20, "length")]
    [InlineData("\"stop\":[\"x\"]", 3, "stop")]
    public async Task A_request_has_its_own_length(string fields, int tokens, string finish)
    {
        await using LlmServer server = await LlmServer.StartAsync(s_quick);

        (_, JsonElement body) = await server.PostAsync(Ask.Replace("\"model\"", fields + ",\"model\""));

        Assert.Equal(tokens, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(finish, body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task A_forced_call_is_a_valid_one()
    {
        await using LlmServer server = await LlmServer.StartAsync(s_quick);

        (_, JsonElement body) = await server.PostAsync(AskForCall);

        JsonElement choice = body.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        JsonElement called = choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        Assert.Equal("find", called.GetProperty("name").GetString());
        Assert.Equal("{\"id\":42}", called.GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task Requests_beyond_slots_and_queue_are_refused_and_the_others_wait()
    {
        TimingSettings slow = s_quick.Timing with { FirstToken = TimeSpan.FromSeconds(6) };
        await using LlmServer server = await LlmServer.StartAsync((s_quick with { Timing = slow }).With(static options => options with { Slots = 1, QueueLimit = 1 }));
        Task<(HttpStatusCode Status, JsonElement)> first = server.PostAsync(Ask);
        await server.MetricsAsync(static metrics => LlmServer.Value(metrics, "nodebox_llm_slots_active") == 1);
        Task<(HttpStatusCode Status, JsonElement)> second = server.PostAsync(Ask);
        await server.MetricsAsync(static metrics => LlmServer.Value(metrics, "nodebox_llm_queued") == 1);

        (HttpStatusCode third, _) = await server.PostAsync(Ask);

        Assert.Equal(HttpStatusCode.TooManyRequests, third);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await first).Status, (await second).Status));
    }

    [Fact]
    public async Task A_request_that_takes_longer_than_it_may_fails_and_frees_its_slot()
    {
        TimingSettings slow = s_quick.Timing with { FirstToken = TimeSpan.FromMinutes(5) };
        await using LlmServer server = await LlmServer.StartAsync(
            (s_quick with { Timing = slow, Deadline = TimeSpan.FromMilliseconds(100) }).With(static options => options with { Slots = 1 }));

        (HttpStatusCode first, _) = await server.PostAsync(Ask);
        (HttpStatusCode second, _) = await server.PostAsync(Ask);

        Assert.Equal((HttpStatusCode.GatewayTimeout, HttpStatusCode.GatewayTimeout), (first, second));
    }

    [Fact]
    public async Task A_client_that_vanishes_frees_its_slot()
    {
        TimingSettings slow = s_quick.Timing with { FirstToken = TimeSpan.FromMinutes(1) };
        await using LlmServer server = await LlmServer.StartAsync((s_quick with { Timing = slow }).With(static options => options with { Slots = 1 }));
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.SendAsync(Ask, patience.Token));

        await server.MetricsAsync(metrics => LlmServer.Value(metrics, "nodebox_llm_slots_active") == 0);
    }

    [Fact]
    public async Task Tokens_of_a_text_are_its_text_again()
    {
        await using LlmServer server = await LlmServer.StartAsync(s_quick);

        (_, JsonElement tokens) = await server.PostAsync("/tokenize", """{"prompt":"Grüße, 世界!"}""");
        (_, JsonElement text) = await server.PostAsync("/detokenize", $$"""{"tokens":{{tokens.GetProperty("tokens").GetRawText()}}}""");

        Assert.Equal(6, tokens.GetProperty("count").GetInt32());
        Assert.Equal("Grüße, 世界!", text.GetProperty("prompt").GetString());
    }
}
