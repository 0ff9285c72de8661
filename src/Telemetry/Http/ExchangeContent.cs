using System.Net;
using System.Net.Http.Headers;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// A request's body whose writes name its exchange wherever they come from. A body may write from another asynchronous context than the
/// caller's, and its first flush takes the headers with it.
/// </summary>
internal sealed class ExchangeContent : HttpContent
{
    private readonly HttpContent _content;
    private readonly Exchange _exchange;

    /// <param name="content">The body; remains the request's.</param>
    /// <param name="exchange">Whose bytes these are.</param>
    public ExchangeContent(HttpContent content, Exchange exchange)
    {
        _content = content;
        _exchange = exchange;
        foreach ((string name, HeaderStringValues values) in content.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _content.CopyToAsync(new ExchangeStream(stream, _exchange), context, cancellationToken);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _content.CopyTo(new ExchangeStream(stream, _exchange), context, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _content.Headers.ContentLength ?? 0;
        return _content.Headers.ContentLength is not null;
    }
}

/// <summary>Sets the exchange for each write and flush. Not owner of the stream.</summary>
internal sealed class ExchangeStream(Stream stream, Exchange exchange) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The change ends with this method.
        Exchange.Current = exchange;
        await stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        Exchange.Current = exchange;
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Exchange? before = Exchange.Current;
        Exchange.Current = exchange;
        stream.Write(buffer);
        Exchange.Current = before;
    }

    public override void Flush()
    {
        Exchange? before = Exchange.Current;
        Exchange.Current = exchange;
        stream.Flush();
        Exchange.Current = before;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
