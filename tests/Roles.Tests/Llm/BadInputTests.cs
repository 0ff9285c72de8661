using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NodeBox.Roles.Llm;

namespace NodeBox.Roles.Tests.Llm;

/// <summary>What bad input gets: an error, while other requests come out as ever and memory does not grow.</summary>
public sealed class BadInputTests
{
    private const string Begin = """{"model":"testbed","messages":[{"role":"user","content":"look up the order 4711"}]""";
    private const string Witness = Begin + ""","max_tokens":20,"temperature":0,"ignore_eos":true}""";
    private const long Growth = 96 << 20;

    /// <summary>The body, in Latin 1, and what it gets.</summary>
    public static TheoryData<string, int, string?> BadRequests => new()
    {
        { Chat(Repeat("stock ", 9000)), 400, "context_length_exceeded" },
        { Chat(new string('x', 10 << 20)), 400, "context_length_exceeded" },
        { Chat(new string('x', 20 << 20)), 413, "request_too_large" },
        { Begin.Replace("testbed", "other") + "}", 404, "model_not_found" },
        { Begin.Replace("testbed", new string('m', 10 << 20)) + "}", 404, "model_not_found" },
        { Chat("\u00ff\u00fe"), 400, "invalid_json" },
        { Chat("\u00c0\u00af"), 400, "invalid_json" },
        { Chat("\\udc00"), 400, "invalid_json" },
        { Repeat("[", 100_000), 400, "invalid_json" },
        { Schema(Repeat("""{"type":"array","items":""", 200)), 400, "invalid_json" },
        { Schema("""{"type":"string","pattern":"(a+)+$"}"""), 400, "unsupported_schema" },
        { Schema("""{"type":"object","properties":{"a":{"$ref":"#/nowhere"}}}"""), 400, "unsupported_schema" },
        { Schema("""{"type":"nonsense"}"""), 400, "unsupported_schema" },
        { Schema("7"), 400, "unsupported_schema" },
        { Begin + ""","grammar":"root ::= ("}""", 400, "unsupported_parameter" },
        { Begin + ""","response_format":{"type":"grammar","grammar":"root ::= ("}}""", 400, null },
        { Begin + ""","max_tokens":"7"}""", 400, "invalid_json" },
        { Begin + ""","stream":1}""", 400, "invalid_json" },
        { Begin + ""","tools":{}}""", 400, "invalid_json" },
        { Begin + ""","temperature":1e999}""", 400, null },
        { Begin + ""","stop":7}""", 400, null },
    };

    [Fact]
    public async Task Bad_requests_get_an_error_object()
    {
        await using LlmServer server = await StartAsync();
        var wrong = new List<string>();
        await UnharmedAsync(server, async () =>
        {
            foreach ((string body, int expected, string? code) in BadRequests.Select(row => row.Data))
            {
                (HttpStatusCode status, JsonElement answer) = await PostAsync(server, body);

                JsonElement error = answer.TryGetProperty("error", out JsonElement found) ? found : default;
                bool isRight = (int)status == expected
                    && error.GetProperty("code").GetString() == code
                    && error.GetProperty("message").GetString() is { Length: > 0 and <= 500 };
                if (!isRight)
                {
                    wrong.Add($"{(int)status} {answer} for {body[..Math.Min(body.Length, 200)]}");
                }
            }
        });
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_thousand_connections_that_say_nothing_or_half_of_a_request_wait()
    {
        await using LlmServer server = await StartAsync();
        var sockets = new List<Socket>();
        await UnharmedAsync(server, async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                sockets.Add(await ConnectAsync(server, (i % 3) switch
                {
                    0 => "",
                    1 => "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n",
                    _ => Post("""{"model":"testbed","messages":[""", 5000),
                }));
            }
        });
        sockets.ForEach(static socket => socket.Dispose());
        await QuietAsync(server);
    }

    [Fact]
    public async Task Clients_that_stop_reading_or_vanish_give_their_slots_back()
    {
        await using LlmServer server = await StartAsync();
        string endless = Begin + ""","max_tokens":3000,"ignore_eos":true,"stream":true}""";
        await UnharmedAsync(server, async () =>
        {
            var random = new Random(5);
            for (int i = 0; i < 40; i++)
            {
                Socket socket = await ConnectAsync(server, Post(endless, endless.Length));
                await Task.Delay(random.Next(0, 60));
                socket.LingerState = new LingerOption(enable: i % 2 == 0, seconds: 0);
                socket.Dispose();
            }

            using Socket silent = await ConnectAsync(server, Post(endless, endless.Length));
            await Task.Delay(TimeSpan.FromSeconds(1));
        });
        await QuietAsync(server);
    }

    private static Task<LlmServer> StartAsync() => LlmServer.StartAsync(new LlmSettings
    {
        Models = [new ModelSettings { Deadline = TimeSpan.FromSeconds(30) }.With(static options => options with { CachedPrompts = 0, EmbeddingTokens = 0, QueueLimit = 200 })],
        MaxRequestBytes = 16 << 20,
    });

    /// <summary>Does something while others go on to get the text that they got before, and bounds what the model's process took for it.</summary>
    private static async Task UnharmedAsync(LlmServer server, Func<Task> action)
    {
        string text = await WitnessAsync(server);
        double memory = await MemoryAsync(server);
        using var done = new CancellationTokenSource();
        Task<int> witness = WatchAsync(server, text, done.Token);

        await action();

        await done.CancelAsync();
        Assert.True(await witness > 0);
        Assert.Equal(text, await WitnessAsync(server));
        Assert.InRange(await MemoryAsync(server), memory, memory + Growth);
    }

    private static async Task<int> WatchAsync(LlmServer server, string text, CancellationToken end)
    {
        int count = 0;
        do
        {
            Assert.Equal(text, await WitnessAsync(server));
            count++;
        }
        while (!end.IsCancellationRequested);
        return count;
    }

    private static async Task<string> WitnessAsync(LlmServer server)
    {
        (HttpStatusCode status, JsonElement answer) = await server.PostAsync(Witness);
        Assert.True(status == HttpStatusCode.OK, $"{answer}");
        return answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
    }

    /// <summary>The most that the model's process had. The node's own bodies are bounded by a setting, which has a test of its own.</summary>
    private static async Task<double> MemoryAsync(LlmServer server) =>
        LlmServer.Value(await server.Http.GetStringAsync("/metrics"), "nodebox_llm_peak_resident_bytes");

    /// <summary>Waits until nothing is held for any request.</summary>
    private static Task<string> QuietAsync(LlmServer server) => server.MetricsAsync(static metrics =>
        LlmServer.Value(metrics, "nodebox_llm_slots_active") == 0
        && LlmServer.Value(metrics, "nodebox_llm_queued") == 0
        && LlmServer.Value(metrics, "nodebox_llm_buffered_bytes") == 0);

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(LlmServer server, string body)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        message.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        message.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await server.Http.SendAsync(message);
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, document.RootElement.Clone());
    }

    private static async Task<Socket> ConnectAsync(LlmServer server, string text)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(server.Url.Host, server.Url.Port);
        await socket.SendAsync(Encoding.UTF8.GetBytes(text));
        return socket;
    }

    private static string Post(string body, int length) =>
        $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}";

    private static string Chat(string text) => Begin.Replace("look up the order 4711", text) + "}";

    private static string Schema(string schema) =>
        Begin + ""","response_format":{"type":"json_schema","json_schema":{"name":"x","schema":""" + schema + "}}}";

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
