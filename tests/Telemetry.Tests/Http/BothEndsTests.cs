using System.Diagnostics;
using System.Net.Security;
using Microsoft.AspNetCore.Http;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>What one end of a connection calls sent the other calls received: boundaries, segments, calls and kinds agree at both.</summary>
public sealed class BothEndsTests
{
    private const int Calls = 600;

    private static readonly SslClientAuthenticationOptions s_tls = new() { RemoteCertificateValidationCallback = static (_, _, _, _) => true };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Agree_about_every_slice_of_many_calls_at_once(bool isTls)
    {
        await using TracedHost host = await TracedHost.StartAsync(AnswerAsync, certificate: isTls ? Certificates.SelfSigned() : null);
        var cuts = new SeenCuts();
        using (var connections = new CallConnections(cuts.Take, s_tls))
        {
            var atOnce = new ParallelOptions { MaxDegreeOfParallelism = 24 };
            await Parallel.ForEachAsync(Enumerable.Range(0, Calls), atOnce, async (i, _) => await CallAsync(connections, host.Url, i));
        }

        Assert.Equal(Calls, cuts.Tags.Distinct().Count());
        Assert.Equal(cuts.Connections.Count, host.Cuts.Connections.Count);
        int exact = 0;
        foreach (IReadOnlyList<SeenCut> atClient in cuts.Connections)
        {
            IReadOnlyList<SeenCut> atServer = host.Cuts.Connections.Single(other => other[0].RemotePort == atClient[0].LocalPort);
            exact += Compare(atClient, atServer, isTls);
        }

        int compared = 2 * (Calls - (isTls ? 2 : 1) * cuts.Connections.Count);
        Assert.True(exact >= compared * 9 / 10, $"{exact} of {compared} slices have the same segments at both ends");
    }

    // How many slices have the same segments at both ends, each direction counted.
    private static int Compare(IReadOnlyList<SeenCut> atClient, IReadOnlyList<SeenCut> atServer, bool isTls)
    {
        Assert.Equal(atClient.Select(static seen => (seen.Cut.Slice, seen.Cut.Tag, seen.Cut.Kind)), atServer.Select(static seen => (seen.Cut.Slice, seen.Cut.Tag, seen.Cut.Kind)));
        Assert.Equal(atClient.Select(static seen => seen.Cut.TxOffset), atServer.Select(static seen => seen.Cut.RxOffset));

        // The server's session tickets may reach the client before or after its first request.
        int asked = isTls ? 1 : 0;
        Assert.Equal(atClient.Skip(asked).Select(static seen => seen.Cut.RxOffset), atServer.Skip(asked).Select(static seen => seen.Cut.TxOffset));
        SliceCut[] client = [.. atClient.Skip(asked).Select(static seen => seen.Cut)];
        SliceCut[] server = [.. atServer.Skip(asked).Select(static seen => seen.Cut)];
        Assert.All(client, static cut => Assert.True(cut is { TxSegs: not null, RxSegs: not null }));
        int exact = 0;
        for (int i = 1; i < client.Length; i++)
        {
            exact += Agree(client[i - 1].TxSegs, client[i].TxSegs, server[i - 1].RxSegs, server[i].RxSegs);
            exact += Agree(server[i - 1].TxSegs, server[i].TxSegs, client[i - 1].RxSegs, client[i].RxSegs);
        }

        return exact;
    }

    // A busy machine acknowledges late, so that the kernel sends some segments again: these arrive as duplicates, which only the kernel can
    // tell from others.
    private static int Agree(uint? sentBefore, uint? sentAfter, uint? receivedBefore, uint? receivedAfter)
    {
        if ((sentAfter - sentBefore, receivedAfter - receivedBefore) is not ({ } sent, { } received))
        {
            return 0;
        }

        Assert.InRange(received, sent, sent + 3);
        return received == sent ? 1 : 0;
    }

    private static async Task CallAsync(CallConnections connections, Uri url, int i)
    {
        using Activity task = Spans.StartTask("task");
        using TaskConnections leased = connections.Lease();
        using Activity call = Spans.StartCall(CallKind.Service, "call");
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        request.Content = (i % 4) switch
        {
            0 => null,
            1 => new StringContent(new string('x', i * 100)),
            2 => new ElsewhereContent("text/plain"),
            _ => new StreamContent(new MemoryStream(new byte[i * 50])),
        };
        request.Headers.ExpectContinue = i % 5 == 0 && request.Content is not null;
        using HttpResponseMessage response = await leased.Http.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        await response.Content.ReadAsByteArrayAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        for (int i = 0; i < 5; i++)
        {
            await context.Response.WriteAsync(new string('y', (int)body.Length));
            await context.Response.Body.FlushAsync();
        }
    }
}
