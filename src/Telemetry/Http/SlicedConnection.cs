using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// One accepted connection, below TLS. An exchange's boundary is made when its headers are parsed: by then everything sent belongs to the
/// exchanges before, and what was received belongs to them up to the end of the last one's request.
/// </summary>
internal sealed class SlicedConnection(SlicedSocket socket, IDuplexPipe transport, SliceKind kind, bool isTls) : IDuplexPipe
{
    private readonly CountedReader _reader = new(transport.Input, isTls);
    private readonly CountedWriter _writer = new(transport.Output);

    // Where the last request ends. Null as long as only its reading can tell.
    private long? _requestEnd = 0;

    // Taken after the end of the last request and before the next one arrives, if its count of received bytes is that end.
    private TcpInfo? _atRequestEnd;

    public PipeReader Input => _reader;

    public PipeWriter Output => _writer;

    /// <summary>The TLS handshake is over: what it took is the connection's own.</summary>
    public void HandshakeDone()
    {
        _requestEnd = _reader.Consumed;
        _atRequestEnd = socket.Read();
    }

    /// <summary>Makes the boundary of the exchange whose headers were just parsed.</summary>
    public void Begin(HttpContext context, Tag? tag)
    {
        TcpInfo? now = socket.Read();
        long txOffset = _writer.Written;
        long rxOffset = _requestEnd!.Value;
        uint? rxSegs = rxOffset == 0 ? 0 : _atRequestEnd is { } then && then.Received == rxOffset ? then.DataSegsIn : null;
        SliceKind exchange = tag is null ? SliceKind.Other : kind;
        socket.Cut(tag, exchange, txOffset, rxOffset, socket.SegsSent(now, txOffset), rxSegs);

        _atRequestEnd = now;
        _requestEnd = EndOf(context);
        if (_requestEnd is null || now?.Received < _requestEnd)
        {
            // Not yet a response, but its headers are next: if the request was read, the next one cannot have come.
            context.Response.OnStarting(NoteResponseAsync, this);
        }
    }

    /// <summary>Finds out where the request ends, if only its reading can tell. Call it when the exchange was served.</summary>
    /// <param name="context">The request's.</param>
    /// <param name="isFailed">Whether serving it threw: then the response, which is not begun, must not be completed here.</param>
    public async Task EndAsync(HttpContext context, bool isFailed)
    {
        if (_requestEnd is not null)
        {
            return;
        }

        if (!isFailed)
        {
            await RequestRest.ReadAsync(context).ConfigureAwait(false);
        }

        _requestEnd = _reader.Consumed;
        if (_atRequestEnd?.Received != _requestEnd)
        {
            _atRequestEnd = socket.Read();
        }
    }

    // The server's parser consumes exactly the headers. A body without a stated length, and one within TLS records, ends where its reading
    // ends.
    private long? EndOf(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return _reader.Consumed;
        }

        return isTls ? null : _reader.Consumed + context.Request.ContentLength;
    }

    private TcpInfo? ReadSocket() => socket.Read();

    private static Task NoteResponseAsync(object state)
    {
        var connection = (SlicedConnection)state;
        connection._atRequestEnd = connection.ReadSocket();
        return Task.CompletedTask;
    }
}
