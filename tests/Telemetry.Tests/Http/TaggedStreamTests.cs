using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

public sealed class TaggedStreamTests : IDisposable
{
    private readonly SeenTags _tags = new();
    private readonly List<int> _bytesBefore = [];
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaggedStream _stream;
    private readonly Socket _server;

    public TaggedStreamTests()
    {
        _listener.Start();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(_listener.LocalEndpoint);
        _server = _listener.AcceptSocket();
        _stream = new TaggedStream(client, new TaggedSocket(client, _tags.Set));
        _tags.OnTag = _ => _bytesBefore.Add(_server.Available);
    }

    public static TheoryData<string> Writes => ["array", "span", "array, asynchronously", "memory, asynchronously"];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task The_tag_is_set_before_the_first_byte_of_each_call(string how)
    {
        Tag first = NewTag();
        Tag second = first with { SpanId = ActivitySpanId.CreateRandom() };
        await WriteAsync(how, first);
        await WriteAsync(how, first);
        await WriteAsync(how, second);

        Assert.Equal([first, second], _tags.All.Select(seen => seen.Tag));
        Assert.Equal([0, 0], _bytesBefore);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_outside_of_calls_leaves_the_tag(string how)
    {
        await WriteAsync(how, null);
        Assert.Empty(_tags.All);
        Tag tag = NewTag();
        await WriteAsync(how, tag);
        await WriteAsync(how, null);
        await WriteAsync(how, tag);

        Assert.Equal(tag, Assert.Single(_tags.All).Tag);
    }

    [Fact]
    public async Task Flags_say_what_a_connection_has_carried()
    {
        Tag tag = NewTag();
        Tag otherSpan = tag with { SpanId = ActivitySpanId.CreateRandom() };
        Tag otherTask = otherSpan with { TaskId = ActivityTraceId.CreateRandom() };
        Tag otherAgent = otherTask with { AgentId = "agent-b" };
        foreach (Tag next in new[] { tag, tag with { }, otherSpan, otherTask, otherAgent, tag })
        {
            await WriteAsync("span", next);
        }

        const TagFlags SpanAndTask = TagFlags.SeveralSpans | TagFlags.SeveralTasks;
        const TagFlags Everything = SpanAndTask | TagFlags.SeveralAgents;
        TagFlags[] expected = [TagFlags.None, TagFlags.None, TagFlags.SeveralSpans, SpanAndTask, Everything, Everything];
        Assert.Equal(expected, _tags.All.Select(seen => seen.Flags));
    }

    public void Dispose()
    {
        _stream.Dispose();
        _server.Dispose();
        _listener.Dispose();
    }

    /// <summary>Writes five bytes and waits until the other end has taken them.</summary>
    private async Task WriteAsync(string how, Tag? tag)
    {
        byte[] data = new byte[5];
        Tag.Current = tag;
        switch (how)
        {
            case "array":
                _stream.Write(data, 0, data.Length);
                break;
            case "span":
                _stream.Write(data.AsSpan());
                break;
            case "array, asynchronously":
                await _stream.WriteAsync(data, 0, data.Length);
                break;
            default:
                await _stream.WriteAsync(data.AsMemory());
                break;
        }

        for (int taken = 0; taken < data.Length;)
        {
            taken += _server.Receive(data, taken, data.Length - taken, SocketFlags.None);
        }
    }

    private static Tag NewTag() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), "agent-a");
}
