using System.Net.Sockets;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Probing;

/// <summary>Puts tags on sockets of this process, through a tag map that is this node's own or was handed over by it.</summary>
/// <param name="tags">Where the kernel programs read tags.</param>
internal sealed class SocketTagger(TagMap tags)
{
    public void Set(Socket socket, Tag tag, TagFlags flags)
    {
        Span<byte> task = stackalloc byte[16];
        Span<byte> span = stackalloc byte[8];
        tag.TaskId.CopyTo(task);
        tag.SpanId.CopyTo(span);
        SocketTag value = new(task, span, (SocketTagFlags)flags, tag.AgentId ?? "");
        SafeSocketHandle handle = socket.SafeHandle;
        bool isHeld = false;
        try
        {
            // Held meanwhile: once the connection is closed, its descriptor's number may be that of another one.
            handle.DangerousAddRef(ref isHeld);
            tags.Set((int)handle.DangerousGetHandle(), in value);
        }
        catch (Exception e) when (e is ObjectDisposedException or BpfException)
        {
            // The connection is being torn down meanwhile: nothing more is sent on it, and its call fails by itself.
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }
}
