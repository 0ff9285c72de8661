using System.Net;
using System.Net.Http.Headers;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>A body that is written from an asynchronous context other than its sender's, in every way that a stream can be written.</summary>
internal sealed class ElsewhereContent : HttpContent
{
    /// <summary>How many writes and flushes there are.</summary>
    public const int Writes = 7;

    public ElsewhereContent(string type)
    {
        Headers.ContentType = MediaTypeHeaderValue.Parse(type);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(() => WriteAsync(stream));
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static async Task WriteAsync(Stream stream)
    {
        byte[] some = new byte[100];
        await stream.WriteAsync(some.AsMemory());
        await stream.FlushAsync();
        await stream.WriteAsync(some, 0, 10);
        stream.Write(some, 0, 10);
        stream.Write(some.AsSpan());
        stream.Flush();
        await stream.FlushAsync();
    }
}
