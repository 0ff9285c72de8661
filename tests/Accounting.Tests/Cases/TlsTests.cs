using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NodeBox.Accounting.Tests.Comparing;
using NodeBox.Accounting.Tests.Http;
using NodeBox.Accounting.Tests.Networks;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>An agent whose LLM is behind TLS: what counts is what is on the wire, records and handshake included.</summary>
public sealed class TlsTests
{
    internal const int Port = 9443;

    private const int AgentPort = 7001;
    private const int Tasks = 5;

    [Fact]
    public async Task Calls_over_TLS()
    {
        Tool.SkipUnlessPossible("tcpdump", "ethtool");
        using var certificate = new ForeignCertificate(CaseNetwork.PeerAddress);
        await using Case @case = await Case.StartAsync(
            "agent-a",
            $"""
            [roles.agent-a]
            llm_url = "https://{CaseNetwork.PeerAddress}:{Port}"
            model = "any"
            """,
            variables: certificate.TrustVariables);
        using Socket listener = @case.Peer.Listen(new IPEndPoint(CaseNetwork.PeerAddress, Port));
        Task<TlsModel> serving = ServeOneAsync(listener, certificate);
        for (int i = 0; i < Tasks; i++)
        {
            using PeerConnection caller = await @case.ConnectAsync(AgentPort);
            await caller.WriteAsync(Question(Call.Next()));
            string answer = await caller.ReadResponseAsync();
            Assert.True(answer.Contains("TASK_STATE_COMPLETED"), answer);
        }

        TlsModel model = await serving;
        (_, IReadOnlyList<EndTruth> truth, IReadOnlyList<RecordedFlow> recorded) = await @case.FinishAsync();
        EndTruth client = Assert.Single(truth, static end => end.Remote.Port == Port);
        RecordedSlice handshake = recorded.Single(static flow => flow.Remote.Port == Port).Slices[0];
        Assert.Equal("connection", handshake.Kind);

        // Session tickets end the server's handshake. They belong to it where they came before the first request went out.
        Assert.InRange(handshake.Traffic.RxBytes, 1, model.HandshakeSent);
        EndTruth cut = client.With(ExchangesOf(model, HandshakeBytes(client.Connection.FromClient.Content()), handshake.Traffic.RxBytes));
        Comparison comparison = Comparison.Of([.. truth.Except([client]), cut], recorded, Exactness.Full);
        comparison.AssertExact(2 * Tasks);
    }

    private static async Task<TlsModel> ServeOneAsync(Socket listener, ForeignCertificate certificate)
    {
        Socket socket = await listener.AcceptAsync();
        var model = new TlsModel(socket, certificate.Certificate);
        _ = model.ServeAsync();
        return model;
    }

    private static string Question(Call call)
    {
        const string Body =
            """{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"?"}]}}}""";
        return $"POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nA2A-Version: 1.0\r\nContent-Length: {Body.Length}\r\n"
            + $"traceparent: 00-{call.TaskId}-{call.SpanId}-01\r\n\r\n{Body}";
    }

    private static List<Exchange> ExchangesOf(TlsModel model, long clientHandshake, long serverHandshake)
    {
        List<Exchange> exchanges = [];
        (long received, long sent) = (clientHandshake, serverHandshake);
        foreach ((string request, long receivedEnd, long sentEnd) in model.Exchanges)
        {
            Exchange clear = Exchanges.Parse(Encoding.Latin1.GetBytes(request), []).Single();
            exchanges.Add(clear with
            {
                Index = exchanges.Count,
                FromClient = new ByteRange(received, receivedEnd),
                FromServer = new ByteRange(sent, sentEnd),
                IsComplete = true,
            });
            (received, sent) = (receivedEnd, sentEnd);
        }

        return exchanges;
    }

    // RFC 8446, 5.1 and 2: a record has five bytes before it, of which the first is its type and the last two are its length. The client's
    // handshake ends with its first encrypted record, Finished.
    private static long HandshakeBytes(byte[] fromClient)
    {
        const byte ApplicationData = 23;
        int at = 0;
        while (true)
        {
            int end = at + 5 + BinaryPrimitives.ReadUInt16BigEndian(fromClient.AsSpan(at + 3));
            if (fromClient[at] == ApplicationData)
            {
                return end;
            }

            at = end;
        }
    }
}
