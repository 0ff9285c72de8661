namespace NodeBox.Telemetry.Tests.Http;

/// <summary>Counts what goes over the wire below TLS, at the foreign end of a connection.</summary>
internal sealed class CountingStream(Stream wire) : Stream
{
    public long Sent { get; private set; }

    public long Received { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = wire.Read(buffer, offset, count);
        Received += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Sent += count;
        wire.Write(buffer, offset, count);
    }

    public override void Flush() => wire.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        wire.Dispose();
        base.Dispose(disposing);
    }
}
