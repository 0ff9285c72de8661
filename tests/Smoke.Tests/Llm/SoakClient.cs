using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace NodeBox.Smoke.Tests.Llm;

/// <summary>One client of a soak: it sends one request after the other, goes away from some, and at times sends what is no HTTP.</summary>
internal sealed class SoakClient(Uri node, int seed, SoakLedger ledger) : IDisposable
{
    private const int GoesAwayOneIn = 4;
    private const int NoHttpOneIn = 50;
    private const int LongestPatienceMs = 60;

    // What any request may get while there is more than the node has room for.
    private static readonly HttpStatusCode[] s_noRoom = [HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable];

    private readonly Random _random = new(seed);
    private readonly HttpClient _http = new() { BaseAddress = node, Timeout = TimeSpan.FromSeconds(60) };

    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            if (_random.Next(NoHttpOneIn) == 0)
            {
                await SendNoHttpAsync();
            }

            await AskAsync(SoakRequest.Draw(_random));
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task AskAsync(SoakRequest request)
    {
        using var patience = new CancellationTokenSource();
        if (_random.Next(GoesAwayOneIn) == 0)
        {
            patience.CancelAfter(_random.Next(1, LongestPatienceMs));
        }

        ledger.AddSent();
        try
        {
            using var content = new ByteArrayContent(request.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var message = new HttpRequestMessage(HttpMethod.Post, request.Path) { Content = content };
            using HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            string text = await response.Content.ReadAsStringAsync(patience.Token);
            ledger.AddAnswer((int)response.StatusCode);
            Check(request, response, text);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            ledger.AddUnanswered();
        }
        catch (HttpRequestException) when (request.IsOversize)
        {
            // The node answered 413 and closed the connection while the body was still being sent.
            ledger.AddUnanswered();
        }
    }

    private void Check(SoakRequest request, HttpResponseMessage response, string text)
    {
        bool isRight = s_noRoom.Contains(response.StatusCode)
            || (request.Status is { } status ? response.StatusCode == status : (int)response.StatusCode < 500);
        bool isWhole = !response.IsSuccessStatusCode
            || response.Content.Headers.ContentType?.MediaType != "text/event-stream"
            || text.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal);
        bool isError = text.Contains("\"error\":{", StringComparison.Ordinal);
        if (!isRight || !isWhole || isError == response.IsSuccessStatusCode)
        {
            string sent = Encoding.UTF8.GetString(request.Body.AsSpan(0, Math.Min(200, request.Body.Length)));
            ledger.AddWrong($"{(int)response.StatusCode} to {request.Path} {sent}: {text[..Math.Min(300, text.Length)]}");
        }
    }

    private async Task SendNoHttpAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        byte[] noise = new byte[_random.Next(1, 2000)];
        _random.NextBytes(noise);
        await socket.ConnectAsync(node.Host, node.Port);
        await socket.SendAsync(noise);
    }
}
