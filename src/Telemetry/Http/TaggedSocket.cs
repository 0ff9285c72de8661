using System.Net.Sockets;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>One connection's socket with the tag it bears. Not thread-safe: HTTP/1.1 has one exchange at a time on a connection.</summary>
internal sealed class TaggedSocket(Socket socket, TagSocket tagSocket)
{
    private Tag? _tag;
    private TagFlags _flags;

    /// <summary>Puts <paramref name="tag"/> on the socket if it bears another. A null tag never changes it.</summary>
    public void Set(Tag? tag)
    {
        if (tag is null || ReferenceEquals(tag, _tag))
        {
            return;
        }

        if (_tag is { } last)
        {
            _flags |= Differences(last, tag);
        }

        _tag = tag;
        tagSocket(socket, tag, _flags);
    }

    private static TagFlags Differences(Tag last, Tag next) =>
        (last.SpanId == next.SpanId ? TagFlags.None : TagFlags.SeveralSpans)
        | (last.TaskId == next.TaskId ? TagFlags.None : TagFlags.SeveralTasks)
        | (last.AgentId == next.AgentId ? TagFlags.None : TagFlags.SeveralAgents);
}
