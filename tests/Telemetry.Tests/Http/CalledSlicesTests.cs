using System.Diagnostics;
using System.Net.Security;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>
/// Boundaries that a client makes, compared with where the server knows that they are: a server of plain bytes has counted them.
/// </summary>
public sealed class CalledSlicesTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static readonly SslClientAuthenticationOptions s_tls = new() { RemoteCertificateValidationCallback = static (_, _, _, _) => true };

    private readonly SeenCuts _cuts = new();

    public static TheoryData<bool> Tls => [false, true];

    [Theory]
    [MemberData(nameof(Tls))]
    public async Task Sequential_calls_with_bodies_and_answers_of_all_forms(bool isTls)
    {
        string[] answers =
        [
            Ok,
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{string.Concat(Enumerable.Repeat("5\r\nabcde\r\n", 500))}0\r\n\r\n",
            $"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n{new string('x', 300_000)}",
            "HTTP/1.1 204 No Content\r\n\r\n",
        ];
        int n = 0;
        using RawServer server = Start(_ => answers[n++ % answers.Length], isTls);
        using var connections = new TaskConnections(_cuts.Take, s_tls);
        foreach (int i in Enumerable.Range(0, 8))
        {
            await CallAsync(connections, server, i % 3 == 0 ? null : new StringContent(new string('y', i * 10_000)));
            await CallAsync(connections, server, new ElsewhereContent("text/plain"));
        }

        AssertCuts(server, isTls, connections: 1);
    }

    [Fact]
    public async Task Many_calls_at_once_over_one_pool()
    {
        using RawServer server = Start(static request => $"HTTP/1.1 200 OK\r\nContent-Length: {request.Text.Length}\r\n\r\n{request.Text}");
        using var connections = new CallConnections(_cuts.Take);
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            using Activity task = Spans.StartTask("task");
            using TaskConnections leased = connections.Lease();
            await CallAsync(leased, server, i % 2 == 0 ? null : new ElsewhereContent("text/plain"));
        });

        AssertCuts(server, isTls: false, server.Requests.DistinctBy(static request => request.Connection).Count());
        Assert.Equal(400, _cuts.Tags.Distinct().Count());
    }

    [Fact]
    public async Task Headers_that_wait_for_100_continue_begin_the_exchange()
    {
        // Not a word of "100 Continue": the client sends its body after a while all the same.
        using RawServer server = Start(static _ => Ok);
        using var connections = new TaskConnections(_cuts.Take);
        await CallAsync(connections, server, null);
        using (Activity call = Spans.StartTask("task"))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent("question") };
            request.Headers.ExpectContinue = true;
            using HttpResponseMessage response = await connections.Http.SendAsync(request);
        }

        await CallAsync(connections, server, null);
        AssertCuts(server, isTls: false, connections: 1);
    }

    [Fact]
    public async Task An_untraced_call_over_a_shared_connection_is_nobodys()
    {
        using RawServer server = Start(static _ => Ok);
        using var connections = new TaskConnections(_cuts.Take);
        await CallAsync(connections, server, null);
        await connections.Http.GetStringAsync(server.Url);
        await CallAsync(connections, server, null);

        AssertCuts(server, isTls: false, connections: 1);
        Assert.Equal([SliceKind.Service, SliceKind.Other, SliceKind.Service], _cuts.Exchanges.Select(static seen => seen.Cut.Kind));
    }

    [Fact]
    public async Task A_call_that_the_pool_sends_again_has_a_slice_on_each_connection()
    {
        // The second request meets a server that closes in this moment, as one does whose idle connections have lived long enough.
        using RawServer server = Start(static request => request is { Connection: 1, Received: > 0 } ? null : Ok);
        using var connections = new TaskConnections(_cuts.Take);
        Tag first = await CallAsync(connections, server, null);
        Tag second = await CallAsync(connections, server, null);

        Assert.Equal([first, second, second], _cuts.Tags);
        Assert.Equal([(first, 0u), (second, 0u)], _cuts.All.Where(seen => seen.Cut.Slice == 0).Select(seen => (seen.Cut.Tag!, seen.Cut.Slice)));
        AssertCuts(server, isTls: false, connections: 2);
    }

    [Fact]
    public async Task A_stream_that_is_given_up_ends_its_connection_and_no_other()
    {
        using RawServer server = Start(static request => request.Text.StartsWith("POST", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"
            : Ok);
        using var connections = new CallConnections(_cuts.Take);
        using TaskConnections other = connections.Lease();
        await CallAsync(other, server, null);
        using (TaskConnections leased = connections.Lease())
        using (Activity call = Spans.StartCall(CallKind.Service, "POST"))
        using (var request = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent("question") })
        {
            Task<HttpResponseMessage> sent = leased.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await CallAsync(other, server, null);
            using HttpResponseMessage response = await sent;
            Stream body = await response.Content.ReadAsStreamAsync();
            Assert.True(await body.ReadAsync(new byte[5]) > 0);
        }

        await CallAsync(other, server, null);
        AssertCuts(server, isTls: false, connections: 2);
        Assert.Equal(4, server.Requests.Count);
        Assert.Single(server.Requests.Select(static request => request.Connection).TakeLast(1), server.Requests[^1].Connection);
    }

    private static RawServer Start(Func<RawRequest, string?> answer, bool isTls = false) =>
        new(answer, isTls ? Certificates.SelfSigned() : null);

    private static async Task<Tag> CallAsync(TaskConnections connections, RawServer server, HttpContent? content)
    {
        using Activity call = Spans.StartCall(CallKind.Service, "call");
        using HttpResponseMessage response = await (content is null
            ? connections.Http.GetAsync(server.Url)
            : connections.Http.PostAsync(server.Url, content));
        await response.Content.ReadAsByteArrayAsync();
        return Tag.Of(call);
    }

    private void AssertCuts(RawServer server, bool isTls, int connections)
    {
        Assert.Equal(connections, _cuts.Connections.Count);
        foreach (IReadOnlyList<SeenCut> cuts in _cuts.Connections)
        {
            RawRequest[] requests = [.. server.Requests.Where(request => request.Port == cuts[0].LocalPort)];
            Assert.Equal(requests.Select(static request => request.Span), cuts.Select(static seen => seen.Cut.Tag?.SpanId.ToHexString()));

            // The handshake's end and the first request cross on their way.
            int asked = isTls ? 1 : 0;
            Assert.Equal(
                requests.Skip(asked).Select(static request => (request.Received, request.Sent)),
                cuts.Skip(asked).Select(static seen => seen.Offsets));
            Assert.All(cuts, static seen => Assert.True(seen.Cut is { TxSegs: not null, RxSegs: not null }));
        }
    }
}
