using System.Net.Sockets;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// A client connection below TLS. Before the first bytes of another exchange it makes a boundary, which puts that call's tag on the socket.
/// </summary>
internal sealed class TaggedStream(Socket socket, SlicedSocket slices) : NetworkStream(socket, ownsSocket: true)
{
    private Exchange? _exchange;
    private long _written;
    private bool _isReady;

    /// <summary>
    /// Says that exchanges begin. A TLS handshake before that is the connection's own, in whatever request's context it happens to run.
    /// </summary>
    public void Ready() => _isReady = true;

    // Write(ReadOnlySpan) of a class that is derived from NetworkStream comes here, too.
    public override void Write(byte[] buffer, int offset, int count)
    {
        BeforeWriting(count);
        base.Write(buffer, offset, count);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        BeforeWriting(count);
        return base.WriteAsync(buffer, offset, count, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BeforeWriting(buffer.Length);
        return base.WriteAsync(buffer, cancellationToken);
    }

    // Until a client sends its next request, everything that it receives belongs to the exchange before: so what the kernel has received
    // by now is the boundary. A closed socket has no more exchanges; the write fails by itself.
    private void BeforeWriting(int count)
    {
        if (_isReady && Exchange.Current is { } exchange && !ReferenceEquals(exchange, _exchange) && slices.Read() is { } now)
        {
            _exchange = exchange;
            slices.Cut(exchange.Tag, exchange.Kind, _written, now.Received, slices.SegsSent(now, _written), now.DataSegsIn);
        }

        _written += count;
    }
}
