using System.Net.Sockets;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// A client connection that tags its socket before it sends the bytes of another call. HTTP/1.1 headers and bodies are written in the
/// caller's asynchronous context, so <see cref="Tag.Current"/> at a write names the call that the bytes belong to.
/// </summary>
internal sealed class TaggedStream(Socket socket, TaggedSocket tagged) : NetworkStream(socket, ownsSocket: true)
{
    public override void Write(byte[] buffer, int offset, int count)
    {
        tagged.Set(Tag.Current);
        base.Write(buffer, offset, count);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        tagged.Set(Tag.Current);
        base.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        tagged.Set(Tag.Current);
        return base.WriteAsync(buffer, offset, count, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        tagged.Set(Tag.Current);
        return base.WriteAsync(buffer, cancellationToken);
    }
}
