using System.Diagnostics;
using System.Net.Sockets;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// A connection that carries many exchanges at once, as HTTP/2 does, cannot be cut between them: all it carries is one slice, which says
/// that it is shared.
/// </summary>
internal static class SharedSlice
{
    /// <param name="socket">A connection that has carried nothing yet.</param>
    /// <param name="cut">Takes the boundaries.</param>
    /// <param name="kind">What it is for.</param>
    public static void Begin(Socket socket, CutSlice cut, SliceKind kind)
    {
        ulong cookie;
        try
        {
            cookie = TcpInfo.CookieOf(socket);
        }
        catch (ObjectDisposedException)
        {
            // Closed before it was used.
            return;
        }

        var connection = new SliceCut(
            cookie, 0, Tag: null, SliceKind.Connection, Stopwatch.GetTimestamp(), TxOffset: 0, RxOffset: 0, TxSegs: 0, RxSegs: 0);
        cut(socket, in connection, TagFlags.None);
        SliceCut shared = connection with { Slice = 1, Kind = kind, IsShared = true };
        cut(socket, in shared, TagFlags.None);
    }
}
