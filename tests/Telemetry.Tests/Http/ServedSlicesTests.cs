using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using NodeBox.Telemetry.Http;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>
/// Boundaries that a server makes, compared with where the client knows that they are: a client of plain bytes has counted them.
/// </summary>
public sealed class ServedSlicesTests
{
    private static readonly string s_long = new('x', 200_000);

    public static TheoryData<bool> Tls => [false, true];

    [Theory]
    [MemberData(nameof(Tls))]
    public async Task Sequential_requests_with_and_without_bodies_and_answers_of_all_forms(bool isTls)
    {
        await using TracedHost host = await StartAsync(isTls);
        using RawClient client = RawClient.Connect(host.Url);
        foreach (int i in Enumerable.Range(0, 5))
        {
            client.Call("GET /empty");
            client.Call("POST /echo", "Content-Length: 5\r\n", "12345");
            client.Call("GET /stream");
            client.Call("POST /echo", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n");
            client.Call("POST /echo", $"Content-Length: {s_long.Length}\r\n", s_long);
        }

        AssertCuts(host, client, withSegs: true);
    }

    [Theory]
    [MemberData(nameof(Tls))]
    public async Task A_request_that_comes_in_pieces(bool isTls)
    {
        await using TracedHost host = await StartAsync(isTls);
        using RawClient client = RawClient.Connect(host.Url);
        client.Call("GET /empty");
        (string head, string span) = RawClient.Head("POST /echo", "Transfer-Encoding: chunked\r\n");
        client.Begin(span);
        foreach (string piece in new[] { head[..5], head[5..40], head[40..], "3\r", "\nab", "c\r\n0\r\n", "\r\n" })
        {
            client.Send(piece);
            await Task.Delay(5);
        }

        client.Read();
        client.Call("GET /empty");
        AssertCuts(host, client, withSegs: true);
    }

    [Theory]
    [MemberData(nameof(Tls))]
    public async Task What_is_sent_between_headers_and_body_is_the_exchanges(bool isTls)
    {
        await using TracedHost host = await StartAsync(isTls);
        using RawClient client = RawClient.Connect(host.Url);
        client.Call("GET /empty");
        (string head, string span) = RawClient.Head("POST /echo", "Content-Length: 5\r\nExpect: 100-continue\r\n");
        client.Begin(span);
        client.Send(head);
        client.ReadUntil("HTTP/1.1 100 Continue\r\n\r\n");
        client.Send("12345");
        client.Read();
        client.Call("GET /empty");
        AssertCuts(host, client, withSegs: true);
    }

    [Theory]
    [InlineData(false, "Content-Length: 200000\r\n")]
    [InlineData(false, "Transfer-Encoding: chunked\r\n")]
    [InlineData(true, "Content-Length: 200000\r\n")]
    [InlineData(true, "Transfer-Encoding: chunked\r\n")]
    public async Task An_answer_before_the_request_was_read_has_exact_bytes(bool isTls, string framing)
    {
        await using TracedHost host = await StartAsync(isTls);
        using RawClient client = RawClient.Connect(host.Url);
        client.Call("GET /empty");
        (string head, string span) = RawClient.Head("POST /refuse", framing);
        client.Begin(span);
        client.Send(head);
        Assert.StartsWith("HTTP/1.1 413", client.Read());
        bool isChunked = framing.StartsWith('T');
        client.Send(isChunked ? $"30d40\r\n{s_long}\r\n0\r\n\r\n" : s_long);
        client.Call("GET /empty");
        client.Call("GET /empty");
        AssertCuts(host, client, withSegs: false);
        Assert.Equal(4, host.Cuts.Exchanges.Count);
        Assert.NotNull(host.Cuts.Exchanges[1].Cut.RxSegs);
        Assert.NotNull(host.Cuts.Exchanges[3].Cut.RxSegs);
        Assert.All(host.Cuts.Exchanges.Skip(1), seen => Assert.NotNull(seen.Cut.TxSegs));
    }

    [Fact]
    public async Task Pipelined_requests_have_exact_bytes_and_say_where_segments_are_not()
    {
        await using TracedHost host = await StartAsync(isTls: false);
        using RawClient client = RawClient.Connect(host.Url);
        (string first, string firstSpan) = RawClient.Head("POST /echo", "Content-Length: 5\r\n");
        (string second, string secondSpan) = RawClient.Head("POST /echo", "Transfer-Encoding: chunked\r\n");
        (string third, string thirdSpan) = RawClient.Head("GET /stream");
        first += "12345";
        second += "3\r\nabc\r\n0\r\n\r\n";
        client.Begin(firstSpan);
        client.Begin(secondSpan, first.Length);
        client.Begin(thirdSpan, first.Length + second.Length);
        client.Send(first + second + third);
        long[] answers = [client.Read()!.Length, client.Read()!.Length];
        client.Read();
        client.Call("GET /empty");

        SliceCut[] cuts = [.. Assert.Single(host.Cuts.Connections).Select(static seen => seen.Cut)];
        Assert.Equal(client.Exchanges.Select(static exchange => exchange.Span), cuts.Select(static cut => cut.Tag?.SpanId.ToHexString()));
        Assert.Equal(client.Exchanges.Select(static exchange => exchange.Sent), cuts.Select(static cut => cut.RxOffset));
        Assert.Equal([0, answers[0], answers[0] + answers[1], client.Exchanges[3].Received], cuts.Select(static cut => cut.TxOffset));
        Assert.Equal([false, true, true, false], cuts.Select(static cut => cut.RxSegs is null));
        Assert.Equal([false, false], new[] { cuts[0], cuts[3] }.Select(static cut => cut.TxSegs is null));
    }

    [Theory]
    [MemberData(nameof(Tls))]
    public async Task An_untraced_request_between_traced_ones_is_nobodys(bool isTls)
    {
        await using TracedHost host = await StartAsync(isTls);
        using RawClient client = RawClient.Connect(host.Url);
        client.Call("GET /empty");
        client.Begin(span: null);
        client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
        client.Read();
        client.Call("GET /empty");

        AssertCuts(host, client, withSegs: true);
        SliceKind[] kinds = [SliceKind.Service, SliceKind.Other, SliceKind.Service];
        Assert.Equal(kinds, host.Cuts.Exchanges.Select(static seen => seen.Cut.Kind));
    }

    [Theory]
    [MemberData(nameof(Tls))]
    public async Task A_handler_that_throws_leaves_boundaries_in_place(bool isTls)
    {
        await using TracedHost host = await StartAsync(isTls);
        using RawClient client = RawClient.Connect(host.Url);
        Assert.StartsWith("HTTP/1.1 500", client.Call("POST /throw", "Content-Length: 3\r\n", "abc"));
        Assert.StartsWith("HTTP/1.1 500", client.Call("POST /throw", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"));
        client.Call("GET /empty");
        AssertCuts(host, client, withSegs: true);
    }

    [Fact]
    public async Task Connections_that_break_or_half_close_end_quietly()
    {
        await using TracedHost host = await StartAsync(isTls: false);
        using (RawClient gone = RawClient.Connect(host.Url))
        {
            (string head, _) = RawClient.Head("POST /echo", "Transfer-Encoding: chunked\r\n");
            gone.Send(head + "3\r\nab");
            gone.Abort();
        }

        using RawClient client = RawClient.Connect(host.Url);
        client.Call("GET /empty");
        (string last, string span) = RawClient.Head("GET /stream");
        client.Begin(span);
        client.Send(last);

        // A request that is not yet parsed when its sender's end comes is dropped with the connection.
        client.ReadUntil("data: 0\n");
        client.CloseSending();
        IReadOnlyList<SeenCut> cuts = host.Cuts.Connections.Single(static connection => connection.Count == 2);
        Assert.Equal((client.Exchanges[1].Sent, 1u), (cuts[1].Cut.RxOffset, cuts[1].Cut.RxSegs));
    }

    private static Task<TracedHost> StartAsync(bool isTls)
    {
        X509Certificate2? certificate = isTls ? Certificates.SelfSigned() : null;
        return TracedHost.StartAsync(AnswerAsync, certificate: certificate);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/empty":
                context.Response.ContentLength = 0;
                break;
            case "/stream":
                for (int i = 0; i < 10; i++)
                {
                    await context.Response.WriteAsync($"data: {i}\n\n");
                    await context.Response.Body.FlushAsync();
                    await Task.Yield();
                }

                break;
            case "/refuse":
                context.Response.StatusCode = 413;
                context.Response.ContentLength = 0;
                break;
            case "/throw":
                await context.Request.Body.CopyToAsync(Stream.Null);
                throw new InvalidDataException("broken");
            default:
                using (var body = new MemoryStream())
                {
                    await context.Request.Body.CopyToAsync(body);
                    context.Response.ContentLength = body.Length;
                    await context.Response.Body.WriteAsync(body.ToArray());
                }

                break;
        }
    }

    private static void AssertCuts(TracedHost host, RawClient client, bool withSegs)
    {
        SliceCut[] cuts = [.. Assert.Single(host.Cuts.Connections).Select(static seen => seen.Cut)];
        IEnumerable<(string?, long, long)> seen = cuts.Select(static cut => (cut.Tag?.SpanId.ToHexString(), cut.RxOffset, cut.TxOffset));
        if (client.IsTls)
        {
            // The server's last words of the handshake are its session tickets, which the client reads with the first answer.
            Assert.True(cuts[0].TxOffset > client.Exchanges[0].Received);
            seen = seen.Skip(1);
        }

        Assert.Equal(client.Exchanges.Skip(client.IsTls ? 1 : 0), seen);
        Assert.Equal(client.Exchanges[0].Sent, cuts[0].RxOffset);
        if (withSegs)
        {
            // The handshake's end and the first request may come together, before the tickets are sent.
            Assert.All(cuts.Skip(client.IsTls ? 1 : 0), static cut => Assert.NotNull(cut.TxSegs));
            Assert.All(cuts.Skip(client.IsTls ? 1 : 0), static cut => Assert.NotNull(cut.RxSegs));
        }
    }
}
