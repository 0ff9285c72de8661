using System.Net;
using System.Net.Sockets;
using System.Text;
using NodeBox.Accounting.Tests.Http;
using NodeBox.Smoke.Tests;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>A foreign end of a connection, which does exactly what a test tells it.</summary>
/// <param name="socket">The connection.</param>
/// <param name="stream">What the script writes to and reads from; null is the connection itself.</param>
internal sealed class PeerConnection(Socket socket, Stream? stream = null) : IDisposable
{
    private readonly Stream _stream = stream ?? new NetworkStream(socket, ownsSocket: false);
    private readonly List<byte> _unread = [];

    /// <summary>Which port is whose.</summary>
    public IPEndPoint Local { get; } = (IPEndPoint)socket.LocalEndPoint!;

    public async Task WriteAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>The next request with its body.</summary>
    public Task<string> ReadRequestAsync() => ReadAsync(static bytes =>
        MessageHead.ReadRequest(bytes, 0) is var (head, bodyAt) ? MessageBody.EndOfRequest(head, bytes, bodyAt) : null);

    /// <summary>The next request's head; its body stays unread.</summary>
    public Task<string> ReadRequestHeadAsync() => ReadAsync(static bytes => MessageHead.ReadRequest(bytes, 0)?.BodyAt);

    /// <summary>The next response with its body; an interim one counts as a response.</summary>
    public Task<string> ReadResponseAsync() => ReadAsync(static bytes =>
        MessageHead.ReadResponse(bytes, 0) is var (head, bodyAt) ? MessageBody.EndOfResponse(head, "POST", bytes, bodyAt) : null);

    /// <summary>The next bytes.</summary>
    public Task<string> ReadAsync(int count) => ReadAsync(bytes => bytes.Length >= count ? count : null);

    /// <summary>Waits until the other end closes or resets the connection.</summary>
    public async Task EndAsync()
    {
        try
        {
            while (await ReceiveAsync() > 0)
            {
                _unread.Clear();
            }
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }
    }

    /// <summary>Closes with a FIN.</summary>
    public void Finish() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a RST.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task<string> ReadAsync(Func<byte[], long?> end)
    {
        while (true)
        {
            if (end([.. _unread]) is { } length)
            {
                string text = Encoding.Latin1.GetString([.. _unread[..(int)length]]);
                _unread.RemoveRange(0, (int)length);
                return text;
            }

            int read = await ReceiveAsync();
            Assert.True(read > 0, $"{Local}: the connection ended after: {Encoding.Latin1.GetString([.. _unread])}");
        }
    }

    private async Task<int> ReceiveAsync()
    {
        byte[] buffer = new byte[64 << 10];
        int read = await _stream.ReadAsync(buffer.AsMemory()).AsTask().WaitAsync(Patience.ForCommand);
        _unread.AddRange(buffer.AsSpan(0, read));
        return read;
    }
}
