using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>A request as a <see cref="RawServer"/> read it.</summary>
/// <param name="Connection">Which connection it came on, from 1.</param>
/// <param name="Port">The client's port.</param>
/// <param name="Span">The caller's span of its traceparent, or null.</param>
/// <param name="Received">What had been received on the connection before its first byte.</param>
/// <param name="Sent">What had been sent on it by then.</param>
/// <param name="Text">The request as it came.</param>
internal sealed record RawRequest(int Connection, int Port, string? Span, long Received, long Sent, string Text);

/// <summary>A server of plain bytes that knows where on the wire each request that it reads begins, and where its answer before it ended.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<RawRequest, string?> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentQueue<RawRequest> _requests = [];
    private int _connections;

    /// <param name="answer">The bytes of the answer; null to close the connection instead. A form feed at its end closes it afterwards.</param>
    /// <param name="certificate">For TLS.</param>
    public RawServer(Func<RawRequest, string?> answer, X509Certificate2? certificate = null)
    {
        _answer = answer;
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Url => new($"{(_certificate is null ? "http" : "https")}://{_listener.LocalEndpoint}/");

    public IReadOnlyList<RawRequest> Requests => [.. _requests];

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync();
            }
            catch (SocketException)
            {
                return;
            }

            int connection = ++_connections;
            _ = Task.Factory.StartNew(() => Serve(socket, connection), TaskCreationOptions.LongRunning);
        }
    }

    private void Serve(Socket socket, int connection)
    {
        socket.NoDelay = true;
        int port = ((IPEndPoint)socket.RemoteEndPoint!).Port;
        using var wire = new CountingStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            Serve(wire, Encrypt(wire), connection, port);
        }
        catch (IOException)
        {
            // The client has broken the connection.
        }
    }

    private void Serve(CountingStream wire, Stream stream, int connection, int port)
    {
        (long received, long sent) = (wire.Received, wire.Sent);
        while (HttpMessages.Read(stream) is { } text)
        {
            string? span = HttpMessages.Header(text, "traceparent")?.Split('-')[2];
            var request = new RawRequest(connection, port, span, received, sent, text);
            _requests.Enqueue(request);
            if (_answer(request) is not { } answer)
            {
                return;
            }

            byte[] bytes = Encoding.Latin1.GetBytes(answer.TrimEnd('\f'));
            stream.Write(bytes, 0, bytes.Length);
            (received, sent) = (wire.Received, wire.Sent);
            if (answer.EndsWith('\f'))
            {
                return;
            }
        }
    }

    private Stream Encrypt(Stream wire)
    {
        if (_certificate is null)
        {
            return wire;
        }

        var encrypted = new SslStream(wire);
        encrypted.AuthenticateAsServer(_certificate);
        return encrypted;
    }
}
