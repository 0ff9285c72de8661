using System.Buffers.Binary;
using System.Net.Sockets;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Probing;

/// <summary>Puts tags on sockets of this process, through a tag map that is this node's own or was handed over by it.</summary>
/// <param name="tags">Where the kernel programs read tags.</param>
/// <param name="tagged">Told the cookie of each socket that was tagged.</param>
internal sealed class SocketTagger(TagMap tags, Action<ulong>? tagged = null)
{
    private const int SOL_SOCKET = 1;
    private const int SO_COOKIE = 57;

    public void Set(Socket socket, Tag tag, TagFlags flags)
    {
        Span<byte> task = stackalloc byte[16];
        Span<byte> span = stackalloc byte[8];
        tag.TaskId.CopyTo(task);
        tag.SpanId.CopyTo(span);
        try
        {
            tags.Set((int)socket.Handle, new SocketTag(task, span, (SocketTagFlags)flags, tag.AgentId ?? ""));
            tagged?.Invoke(CookieOf(socket));
        }
        catch (Exception e) when (e is ObjectDisposedException or BpfException or SocketException)
        {
            // The connection is being torn down meanwhile: nothing more is sent on it, and its call fails by itself.
        }
    }

    private static ulong CookieOf(Socket socket)
    {
        Span<byte> cookie = stackalloc byte[sizeof(ulong)];
        socket.GetRawSocketOption(SOL_SOCKET, SO_COOKIE, cookie);
        return BinaryPrimitives.ReadUInt64LittleEndian(cookie);
    }
}
