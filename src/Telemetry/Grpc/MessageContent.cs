using System.Buffers;
using System.IO.Pipelines;
using System.Net;

namespace NodeBox.Telemetry.Grpc;

/// <summary>A request body that lasts as long as its messages come: HTTP/2 sends each when it is flushed.</summary>
internal sealed class MessageContent<T> : HttpContent
{
    private readonly IAsyncEnumerable<T> _messages;
    private readonly Action<IBufferWriter<byte>, T> _write;
    private readonly CancellationToken _cancellation;

    /// <param name="messages">The messages.</param>
    /// <param name="write">Puts one into a frame.</param>
    /// <param name="cancellation">Ends the body.</param>
    public MessageContent(IAsyncEnumerable<T> messages, Action<IBufferWriter<byte>, T> write, CancellationToken cancellation)
    {
        _messages = messages;
        _write = write;
        _cancellation = cancellation;
        Headers.TryAddWithoutValidation("Content-Type", GrpcHeaders.ContentType);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        // The headers go out at once, so that a call without messages yet is a call all the same.
        await stream.FlushAsync(_cancellation).ConfigureAwait(false);
        PipeWriter output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        await foreach (T message in _messages.WithCancellation(_cancellation).ConfigureAwait(false))
        {
            _write(output, message);
            await output.FlushAsync(_cancellation).ConfigureAwait(false);
        }

        await output.CompleteAsync().ConfigureAwait(false);
    }
}
