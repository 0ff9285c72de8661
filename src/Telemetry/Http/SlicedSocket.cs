using System.Diagnostics;
using System.Net.Sockets;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// One connection's socket and the boundaries made on it. Not thread-safe: HTTP/1.1 has one exchange at a time on a connection.
/// </summary>
internal sealed class SlicedSocket
{
    private readonly Socket _socket;
    private readonly CutSlice _cut;
    private readonly ulong _cookie;
    private uint _nextSlice;
    private uint _segsOutBefore;
    private bool _hasCarried;
    private Tag? _tag;
    private TagFlags _flags;

    /// <summary>Makes slice 0, the connection's own: on a client before it connects, so that the SYN bears the tag.</summary>
    /// <param name="socket">The socket; remains the caller's.</param>
    /// <param name="cut">Takes the boundaries.</param>
    /// <param name="opener">Whose request wants the connection; null at the server and where nobody said so.</param>
    /// <exception cref="NotSupportedException">This is not Linux.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public SlicedSocket(Socket socket, CutSlice cut, Tag? opener)
    {
        _socket = socket;
        _cut = cut;
        _cookie = TcpInfo.CookieOf(socket);
        _hasCarried = opener is not null;
        _tag = opener;
        Take(opener, SliceKind.Connection, 0, 0, 0, 0);
    }

    /// <summary>Notes that the connection is there and has sent nothing yet: what it retransmitted so far was its SYN.</summary>
    public void Connected() => _segsOutBefore = Read()?.SegsOut ?? 0;

    /// <summary>What the kernel says now; null where the connection is being torn down meanwhile.</summary>
    public TcpInfo? Read()
    {
        try
        {
            return TcpInfo.Read(_socket);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>
    /// The data segments in which the first <paramref name="txOffset"/> bytes were sent, each once. Null where the kernel has not sent all
    /// of them yet, or has counted some twice, as it does where its own queue drops them: its count of bytes then tells.
    /// </summary>
    public uint? SegsSent(TcpInfo? now, long txOffset) =>
        now is { NotSent: 0 } info && info.Sent == txOffset ? unchecked(info.SegsOut - _segsOutBefore) : null;

    /// <summary>Ends the slice before and begins the next one at these positions, see <see cref="SliceCut"/>.</summary>
    public void Cut(Tag? tag, SliceKind kind, long txOffset, long rxOffset, uint? txSegs, uint? rxSegs)
    {
        if (_hasCarried)
        {
            _flags |= Differences(_tag, tag);
        }

        _hasCarried = true;
        _tag = tag;
        Take(tag, kind, txOffset, rxOffset, txSegs, rxSegs);
    }

    private void Take(Tag? tag, SliceKind kind, long txOffset, long rxOffset, uint? txSegs, uint? rxSegs)
    {
        // Stopwatch reads CLOCK_MONOTONIC in nanoseconds, which NodeClock has made sure of.
        var cut = new SliceCut(_cookie, _nextSlice++, tag, kind, Stopwatch.GetTimestamp(), txOffset, rxOffset, txSegs, rxSegs);
        _cut(_socket, in cut, _flags);
    }

    private static TagFlags Differences(Tag? last, Tag? next) =>
        (last?.SpanId == next?.SpanId ? TagFlags.None : TagFlags.SeveralSpans)
        | (last?.TaskId == next?.TaskId ? TagFlags.None : TagFlags.SeveralTasks)
        | (last?.AgentId == next?.AgentId ? TagFlags.None : TagFlags.SeveralAgents);
}
