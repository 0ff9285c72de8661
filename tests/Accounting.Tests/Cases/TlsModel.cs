using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>
/// Plays an LLM behind TLS on one connection, and notes what the kernel had received and sent at the end of each exchange: its client sends
/// nothing before it has the whole response, so that these are the boundaries.
/// </summary>
internal sealed class TlsModel(Socket socket, X509Certificate2 certificate)
{
    // include/uapi/linux/tcp.h: TCP_INFO, and places in struct tcp_info.
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const int BytesReceived = 128;
    private const int NotSentBytes = 144;
    private const int BytesSent = 200;
    private const int BytesRetrans = 208;

    private const string Events =
        """
        data: {"choices":[{"delta":{"content":"Yes"}}]}

        data: {"choices":[{"delta":{"content":"."},"finish_reason":"stop"}]}

        data: [DONE]


        """;

    private readonly List<(string Request, long Received, long Sent)> _exchanges = [];

    /// <summary>How many bytes the server had sent when the handshake was done.</summary>
    public long HandshakeSent { get; private set; }

    /// <summary>The requests in order, and how many bytes had been received and sent when their responses had ended.</summary>
    public IReadOnlyList<(string Request, long Received, long Sent)> Exchanges => _exchanges;

    /// <summary>Answers requests until the client closes.</summary>
    public async Task ServeAsync()
    {
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
        await tls.AuthenticateAsServerAsync(certificate);
        HandshakeSent = Offsets().Sent;
        using var connection = new PeerConnection(socket, tls);
        while (true)
        {
            string request = await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            await connection.WriteAsync($"{Events.Length:x}\r\n{Events}\r\n");
            await connection.WriteAsync("0\r\n\r\n");
            (long received, long sent) = Offsets();
            _exchanges.Add((request, received, sent));
        }
    }

    private (long Received, long Sent) Offsets()
    {
        byte[] info = new byte[256];
        Assert.InRange(socket.GetRawSocketOption(TcpLevel, TcpInfo, info), BytesRetrans + sizeof(long), info.Length);
        long Long(int at) => BinaryPrimitives.ReadInt64LittleEndian(info.AsSpan(at));
        return (Long(BytesReceived), Long(BytesSent) - Long(BytesRetrans) + BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(NotSentBytes)));
    }
}
