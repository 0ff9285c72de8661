using System.Collections.Concurrent;
using System.Net.Sockets;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>A tag as it was put on a socket.</summary>
internal sealed record SeenTag(Socket Socket, Tag Tag, TagFlags Flags, bool Connected);

/// <summary>Stands in the kernel's place: keeps what sockets were tagged with, in order.</summary>
internal sealed class SeenTags
{
    private readonly ConcurrentQueue<SeenTag> _seen = [];

    public IReadOnlyList<SeenTag> All => [.. _seen];

    /// <summary>Called before a tag is noted.</summary>
    public Action<Socket> OnTag { get; set; } = static _ => { };

    public void Set(Socket socket, Tag tag, TagFlags flags)
    {
        OnTag(socket);
        _seen.Enqueue(new SeenTag(socket, tag, flags, socket.Connected));
    }
}
