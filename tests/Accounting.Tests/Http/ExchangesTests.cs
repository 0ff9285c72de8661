using System.Text;

namespace NodeBox.Accounting.Tests.Http;

public sealed class ExchangesTests
{
    private const string Trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    // Requests and responses with "|" at the boundaries between exchanges and "‖" where the last one ends.
    public static TheoryData<string, string, string> Connections { get; } = new()
    {
        { "a body and none", "POST / HTTP/1.1\nContent-Length: 3\n\nabc|GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok|HTTP/1.1 204 No Content\n\n" },
        { "chunks", "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n3\nabc\nA;x=y\n0123456789\n0\n\n|GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\ntransfer-encoding: Chunked\n\n1\na\n0\nTrailer: yes\n\n|HTTP/1.1 200 OK\nContent-Length: 0\n\n" },
        { "chunks that look like heads", "GET / HTTP/1.1\n\n|GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n13\nHTTP/1.1 200 OK\n\n\n0\n\n|HTTP/1.1 200 OK\nContent-Length: 0\n\n" },
        { "interim responses", "POST / HTTP/1.1\nExpect: 100-continue\nContent-Length: 1\n\na|GET / HTTP/1.1\n\n", "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 200 OK\nContent-Length: 0\n\n|HTTP/1.1 200 OK\nContent-Length: 0\n\n" },
        { "HEAD", "HEAD / HTTP/1.1\n\n|GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Length: 5\n\n|HTTP/1.1 304 Not Modified\nContent-Length: 5\n\n" },
        { "a body to the connection's end", "GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\n\nanything\nat all" },
        { "pipelined, the second one not answered", "GET / HTTP/1.1\n\n|GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n|" },
        { "pipelined, none answered", "GET / HTTP/1.1\n\n|GET / HTTP/1.1\n\n", "|" },
        { "a request that breaks off in its body", "POST / HTTP/1.1\nContent-Length: 9\n\nabc", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok" },
        { "a request that breaks off in its chunks", "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n3\nabc\nA\n0123", "" },
        { "a request that breaks off in its head", "GET / HTTP/1.1\n\n|GET / HT", "HTTP/1.1 200 OK\nContent-Length: 0\n\n|" },
        { "a response that breaks off in its body", "GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Length: 9\n\nabc" },
        { "a response that breaks off in its head", "GET / HTTP/1.1\n\n", "HTTP/1.1 2" },
        { "an early answer", "POST / HTTP/1.1\nContent-Length: 9\n\nabcdefghi|GET / HTTP/1.1\n\n", "HTTP/1.1 413 Too Large\nContent-Length: 0\n\n|HTTP/1.1 200 OK\nContent-Length: 0\n\n" },
        { "words after the last answer", "GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n‖HTTP/1.1 408 Request Timeout\n\n" },
        { "nothing", "", "" },
    };

    [Theory]
    [MemberData(nameof(Connections))]
    public void Cuts_at_the_ends_of_messages(string what, string requests, string responses)
    {
        Assert.NotEmpty(what);
        IReadOnlyList<Exchange> exchanges = Exchanges.Parse(Bytes(requests), Bytes(responses));
        Assert.Equal(Ranges(requests).Where(static range => range.Bytes > 0), exchanges.Select(static exchange => exchange.FromClient));
        Assert.Equal(Ranges(responses).Take(exchanges.Count), exchanges.Select(static exchange => exchange.FromServer));
        Assert.Equal(Enumerable.Range(0, exchanges.Count), exchanges.Select(static exchange => exchange.Index));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", true)]
    [InlineData("GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\nContent-Length: 1\n\n", false)]
    [InlineData("GET / HTTP/1.1\n\n", "HTTP/1.1 100 Continue\n\n", false)]
    [InlineData("GET / HTTP/1.1\n\n", "HTTP/1.1 200 OK\n\n", false)]
    [InlineData("POST / HTTP/1.1\nContent-Length: 1\n\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", false)]
    public void Knows_whether_both_messages_have_ended(string requests, string responses, bool complete) =>
        Assert.Equal(complete, Assert.Single(Exchanges.Parse(Bytes(requests), Bytes(responses))).IsComplete);

    [Theory]
    [InlineData(Trace, "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")]
    [InlineData("Traceparent:  00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00  ", "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")]
    [InlineData("x: y", null, null)]
    [InlineData("traceparent: 00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", null, null)]
    public void Takes_task_and_span_from_traceparent(string field, string? task, string? span)
    {
        Exchange exchange = Assert.Single(Exchanges.Parse(Bytes($"GET / HTTP/1.1\nHost: x\n{field}\n\n"), []));
        Assert.Equal(task, exchange.TaskId);
        Assert.Equal(span, exchange.SpanId);
    }

    [Theory]
    [InlineData("PRI * HTTP/2.0\n\nSM\n\n", "")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\r\n", "")]
    [InlineData("GET / HTTP/1.1\n\n", "ICY 200 OK\n\n")]
    [InlineData("GET / HTTP/1.1\n\n", "HTTP/1.1 101 Switching Protocols\n\n")]
    [InlineData("CONNECT host:1 HTTP/1.1\n\n", "")]
    [InlineData("POST / HTTP/1.1\nContent-Length: 1\nContent-Length: 2\n\n", "")]
    [InlineData("POST / HTTP/1.1\nContent-Length: -1\n\n", "")]
    [InlineData("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\nzz\n", "")]
    [InlineData("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n1\nabc", "")]
    [InlineData("GET / HTTP/1.1\nno field\n\n", "")]
    public void Refuses_what_it_cannot_cut(string requests, string responses) =>
        Assert.Throws<HttpSyntaxException>(() => Exchanges.Parse(Bytes(requests), Bytes(responses)));

    [Fact]
    public void Random_bytes_are_cut_or_refused()
    {
        var random = new Random(4);
        byte[][] samples = [.. Connections.Select(static row => Bytes(row.Data.Item2)), .. Connections.Select(static row => Bytes(row.Data.Item3))];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] requests = Change(samples[random.Next(samples.Length)], random);
            byte[] responses = Change(samples[random.Next(samples.Length)], random);
            try
            {
                long at = 0;
                foreach (Exchange exchange in Exchanges.Parse(requests, responses))
                {
                    Assert.Equal(at, exchange.FromClient.Begin);
                    Assert.True(exchange.FromClient.Bytes > 0);
                    at = exchange.FromClient.End;
                }

                Assert.Equal(requests.Length, at);
            }
            catch (HttpSyntaxException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static byte[] Change(byte[] sample, Random random)
    {
        byte[] changed = [.. sample];
        for (int changes = random.Next(4); changes > 0 && changed.Length > 0; changes--)
        {
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
        }

        return changed[..random.Next(changed.Length + 1)];
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(Marked(text).Replace("|", "").Replace("‖", ""));

    private static IEnumerable<ByteRange> Ranges(string text)
    {
        long at = 0;
        foreach (string part in Marked(text).Split('‖')[0].Split('|'))
        {
            yield return new ByteRange(at, at += part.Length);
        }
    }

    private static string Marked(string text) => text.Replace("\r", "").Replace("\n", "\r\n");
}
