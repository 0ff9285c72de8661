using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NodeBox.Roles.Llm;

namespace NodeBox.Roles.Tests.Llm;

/// <summary>The llm role under more than it can serve, of every kind.</summary>
public sealed class LlmSoakTests
{
    private const string Begin = """{"model":"testbed","messages":[{"role":"user","content":"look up the order """;

    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Accounts_for_every_request_and_frees_every_slot()
    {
        await using LlmServer server = await LlmServer.StartAsync(new LlmSettings
        {
            Models = [new ModelSettings().With(static options => options with { Slots = 3, QueueLimit = 2, Context = 512 })],
            MaxRequestBytes = 1 << 20,
            MaxBufferedBytes = 8 << 20,
        });
        using var limit = new CancellationTokenSource(s_duration);

        int[] answers = await Task.WhenAll(Enumerable.Range(1, 12).Select(client => RunClientAsync(server, client, limit.Token)));

        string metrics = await QuietAsync(server);
        Assert.Equal(0, LlmServer.Value(metrics, "nodebox_llm_queued"));
        double accepted = LlmServer.Value(metrics, "nodebox_llm_generations_total");
        double ok = LlmServer.Value(metrics, "nodebox_llm_requests_total", "status=\"200\"");
        double gone = LlmServer.Value(metrics, "nodebox_llm_requests_total", "status=\"499\"");
        Assert.True(accepted >= ok && accepted <= ok + gone, metrics);
        Assert.True(LlmServer.Value(metrics, "nodebox_llm_requests_total") >= answers.Sum(), metrics);
        Assert.True(LlmServer.Value(metrics, "nodebox_llm_rejections_total", "code=\"queue_full\"") > 0, metrics);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Begin + "\"}],\"max_tokens\":3}")).Status);
    }

    [Fact]
    public async Task Answers_a_thousand_connections_at_once()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { Context = 512 }));

        HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            using HttpResponseMessage response = await server.SendAsync(Begin + "\"}],\"max_tokens\":2}");
            await response.Content.ReadAsByteArrayAsync();
            return response.StatusCode;
        }));

        Assert.All(answers, status => Assert.Contains(status, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.TooManyRequests]));
        string metrics = await QuietAsync(server);
        Assert.Equal(1000, LlmServer.Value(metrics, "nodebox_llm_requests_total"));
        Assert.Equal(answers.Count(status => status == HttpStatusCode.OK), LlmServer.Value(metrics, "nodebox_llm_generations_total"));
    }

    [Fact]
    public async Task Lets_go_of_clients_that_do_not_read()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { Deadline = TimeSpan.FromSeconds(1) }.With(static options => options with { Slots = 2 }));
        var stalled = new List<Socket>();
        for (int i = 0; i < 4; i++)
        {
            stalled.Add(await SendAndNotReadAsync(server, Begin + "\"}],\"max_tokens\":8000,\"ignore_eos\":true,\"stream\":true}"));
        }

        await server.MetricsAsync(static metrics => LlmServer.Value(metrics, "nodebox_llm_generations_total") == 4);

        await QuietAsync(server);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Begin + "\"}],\"max_tokens\":3}")).Status);
        stalled.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Bounds_the_bytes_of_all_bodies_together()
    {
        await using LlmServer server = await LlmServer.StartAsync(new LlmSettings { MaxBufferedBytes = 100_000, MaxRequestBytes = 60_000 });
        var held = new List<Socket>();
        for (int i = 0; i < 2; i++)
        {
            held.Add(await SendAsync(server, "/v1/chat/completions", 50_000, new string(' ', 40_000)));
        }

        await server.MetricsAsync(static metrics => LlmServer.Value(metrics, "nodebox_llm_buffered_bytes") == 80_000);
        (HttpStatusCode status, JsonElement body) = await server.PostAsync($"{{\"model\":\"{new string('x', 30_000)}\"}}");
        held.ForEach(socket => socket.Dispose());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("server_busy", body.GetProperty("error").GetProperty("code").GetString());
        await LlmServer.EventuallyAsync(async () => (await server.PostAsync($"{{\"model\":\"{new string('x', 30_000)}\"}}")).Status == HttpStatusCode.NotFound);
    }

    /// <summary>Sends one request after the other; the result is how many were answered.</summary>
    private static async Task<int> RunClientAsync(LlmServer server, int client, CancellationToken end)
    {
        var random = new Random(client);
        int answered = 0;
        while (!end.IsCancellationRequested)
        {
            (string body, HttpStatusCode[] expected) = RandomRequest(random);
            using var patience = new CancellationTokenSource();
            if (random.Next(4) == 0)
            {
                patience.CancelAfter(random.Next(1, 60));
            }

            try
            {
                using HttpResponseMessage response = await server.SendAsync(body, patience.Token);
                Assert.Contains(response.StatusCode, (HttpStatusCode[])[.. expected, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable]);
                await response.Content.ReadAsStringAsync(patience.Token);
                answered++;
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
            }
            catch (HttpRequestException e) when (body.Length > 1 << 20 && e.InnerException is IOException)
            {
                // The server answered 413 and closed the connection while the body was still being sent.
            }
        }

        return answered;
    }

    private static (string Body, HttpStatusCode[] Expected) RandomRequest(Random random)
    {
        int tokens = random.Next(1, 120);
        string stream = random.Next(2) == 0 ? ",\"stream\":true" : "";
        string words = string.Concat(Enumerable.Repeat(" stock", random.Next(60)));
        return random.Next(8) switch
        {
            0 => ("{\"model\":", [HttpStatusCode.BadRequest]),
            1 => (Begin + new string('x', 2 << 20) + "\"}]}", [HttpStatusCode.RequestEntityTooLarge]),
            2 => (Begin + string.Concat(Enumerable.Repeat(" stock", 600)) + "\"}]}", [HttpStatusCode.BadRequest]),
            3 => (Begin + "\"}],\"temperature\":9}", [HttpStatusCode.BadRequest]),
            4 => (Begin + words + "\"}],\"response_format\":{\"type\":\"json_object\"},\"max_tokens\":20" + stream + "}", [HttpStatusCode.OK]),
            _ => (Begin + words + $"\"}}],\"max_tokens\":{tokens}{stream}}}", [HttpStatusCode.OK]),
        };
    }

    /// <summary>The metrics once no request is being served any more: a request is counted a little after its slot is free.</summary>
    private static Task<string> QuietAsync(LlmServer server)
    {
        (double, double) last = default;
        return server.MetricsAsync(metrics =>
        {
            (double, double) before = last;
            last = (LlmServer.Value(metrics, "nodebox_llm_requests_total"), LlmServer.Value(metrics, "nodebox_llm_generations_total"));
            bool isIdle = LlmServer.Value(metrics, "nodebox_llm_slots_active") == 0 && LlmServer.Value(metrics, "nodebox_llm_queued") == 0;
            return isIdle && last == before;
        });
    }

    private static Task<Socket> SendAndNotReadAsync(LlmServer server, string body) =>
        SendAsync(server, "/v1/chat/completions", Encoding.UTF8.GetByteCount(body), body);

    /// <summary>Sends a request whose body may be shorter than it says.</summary>
    private static async Task<Socket> SendAsync(LlmServer server, string path, int length, string body)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(server.Url.Host, server.Url.Port);
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"));
        return socket;
    }
}
