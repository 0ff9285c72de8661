using System.Net.Sockets;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Probing;

/// <summary>Puts tags on sockets of this process, through a tag map that is this node's own or was handed over by it.</summary>
/// <param name="tags">Where the kernel programs read tags.</param>
/// <param name="report">Is told, once, why a socket could not be tagged.</param>
internal sealed class SocketTagger(TagMap tags, Action<string> report)
{
    private long _failures;

    /// <summary>How often the kernel refused.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <param name="socket">The socket.</param>
    /// <param name="tag">Whose call it carries; null for nobody's.</param>
    /// <param name="flags">What it has carried besides.</param>
    public void Set(Socket socket, Tag? tag, TagFlags flags)
    {
        Span<byte> task = stackalloc byte[16];
        Span<byte> span = stackalloc byte[8];
        task.Clear();
        span.Clear();
        tag?.TaskId.CopyTo(task);
        tag?.SpanId.CopyTo(span);
        SocketTag value = new(task, span, (SocketTagFlags)flags, tag?.AgentId ?? "");
        SafeSocketHandle handle = socket.SafeHandle;
        bool isHeld = false;
        try
        {
            // Held meanwhile: once the connection is closed, its descriptor's number may be that of another one.
            handle.DangerousAddRef(ref isHeld);
            tags.Set((int)handle.DangerousGetHandle(), in value);
        }
        catch (ObjectDisposedException)
        {
            // The connection is being torn down meanwhile: nothing more is sent on it, and its call fails by itself.
        }
        catch (BpfException e)
        {
            // Without memory for a tag a call must not fail: its slices are told apart by their cuts, only the flow's own tag is old.
            if (Interlocked.Increment(ref _failures) == 1)
            {
                report($"a connection could not be tagged: {e.Message}");
            }
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
