using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>A client of plain bytes that knows where on the wire each of its requests begins, and where the answer before it ended.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private readonly CountingStream _wire;
    private readonly Stream _stream;
    private readonly List<(string? Span, long Sent, long Received)> _exchanges = [];
    private long _plainSent;
    private long _plainReceived;

    private RawClient(Uri url, bool isTls)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(IPAddress.Loopback, url.Port);
        _socket.ReceiveTimeout = 10_000;
        _wire = new CountingStream(new NetworkStream(_socket));
        _stream = _wire;
        IsTls = isTls;
        if (isTls)
        {
            var encrypted = new SslStream(_wire, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
            encrypted.AuthenticateAsClient("localhost");
            _stream = encrypted;
        }
    }

    public bool IsTls { get; }

    /// <summary>Bytes on the wire so far: what was sent, and of what was received everything that was read.</summary>
    public (long Sent, long Received) Position => IsTls ? (_wire.Sent, _wire.Received) : (_plainSent, _plainReceived);

    /// <summary>
    /// The span of each request, what had been sent before it, and what had been received: what a server's boundary must say the other way
    /// round.
    /// </summary>
    public IReadOnlyList<(string? Span, long Sent, long Received)> Exchanges => _exchanges;

    public static RawClient Connect(Uri url) => new(url, url.Scheme == "https");

    /// <summary>The head of a request in a trace of its own.</summary>
    public static (string Head, string Span) Head(string line, string headers = "")
    {
        string span = ActivitySpanId.CreateRandom().ToHexString();
        string traceParent = $"{TraceHeaders.TraceParent}: 00-{ActivityTraceId.CreateRandom()}-{span}-01";
        return ($"{line} HTTP/1.1\r\nHost: x\r\n{traceParent}\r\n{headers}\r\n", span);
    }

    /// <summary>Notes that an exchange begins here.</summary>
    public void Begin(string? span, long ahead = 0) => _exchanges.Add((span, Position.Sent + ahead, Position.Received));

    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public void Send(byte[] bytes)
    {
        _plainSent += bytes.Length;
        _stream.Write(bytes, 0, bytes.Length);
    }

    public string? Read()
    {
        string? message = HttpMessages.Read(_stream);
        _plainReceived += message?.Length ?? 0;
        return message;
    }

    /// <summary>Reads up to and including <paramref name="end"/>.</summary>
    public void ReadUntil(string end)
    {
        var text = new StringBuilder();
        HttpMessages.ReadUntil(_stream, text, end);
        _plainReceived += text.Length;
    }

    /// <summary>One exchange from its beginning to its end.</summary>
    public string? Call(string line, string headers = "", string body = "")
    {
        (string head, string span) = Head(line, headers);
        Begin(span);
        Send(head + body);
        return Read();
    }

    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Abort()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public void Dispose() => _stream.Dispose();
}
