using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

public sealed class TaggedStreamTests : IDisposable
{
    private readonly SeenCuts _cuts = new();
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
        _stream = new TaggedStream(client, new SlicedSocket(client, _cuts.Take, opener: null));
        _stream.Ready();
        _cuts.OnCut = _ => _bytesBefore.Add(_server.Available);
    }

    public static TheoryData<string> Writes => ["array", "span", "array, asynchronously", "memory, asynchronously"];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_boundary_is_made_before_the_first_byte_of_each_exchange(string how)
    {
        Exchange first = NewExchange();
        var second = new Exchange(first.Tag, SliceKind.Llm);
        await WriteAsync(how, first);
        await WriteAsync(how, first);
        _server.Send(new byte[7]);
        await ReceiveAsync(7);
        await WriteAsync(how, second);

        SliceCut[] cuts = [.. _cuts.Exchanges.Select(seen => seen.Cut)];
        Assert.Equal([(1u, first.Tag, SliceKind.Tool), (2u, first.Tag, SliceKind.Llm)], cuts.Select(cut => (cut.Slice, cut.Tag, cut.Kind)));
        Assert.Equal([(0L, 0L), (10L, 7L)], cuts.Select(cut => (cut.TxOffset, cut.RxOffset)));
        Assert.Equal([(0u, 0u), (2u, 1u)], cuts.Select(cut => (cut.TxSegs!.Value, cut.RxSegs!.Value)));
        Assert.Equal([0, 0], _bytesBefore);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_outside_of_calls_belongs_to_the_exchange_before(string how)
    {
        await WriteAsync(how, null);
        Assert.Empty(_cuts.Exchanges);
        Exchange exchange = NewExchange();
        await WriteAsync(how, exchange);
        await WriteAsync(how, null);
        await WriteAsync(how, exchange);

        Assert.Equal((exchange.Tag, (5L, 0L)), (Assert.Single(_cuts.Tags), _cuts.Exchanges[0].Offsets));
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
            await WriteAsync("span", new Exchange(next, SliceKind.Tool));
        }

        const TagFlags SpanAndTask = TagFlags.SeveralSpans | TagFlags.SeveralTasks;
        const TagFlags Everything = SpanAndTask | TagFlags.SeveralAgents;
        TagFlags[] expected = [TagFlags.None, TagFlags.None, TagFlags.SeveralSpans, SpanAndTask, Everything, Everything];
        Assert.Equal(expected, _cuts.Exchanges.Select(seen => seen.Flags));
    }

    [Fact]
    public async Task An_exchange_of_nobody_makes_the_connection_one_of_several()
    {
        await WriteAsync("span", NewExchange());
        await WriteAsync("span", new Exchange(null, SliceKind.Other));
        await WriteAsync("span", NewExchange());

        const TagFlags Everything = TagFlags.SeveralSpans | TagFlags.SeveralTasks | TagFlags.SeveralAgents;
        Assert.Equal([TagFlags.None, Everything, Everything], _cuts.Exchanges.Select(seen => seen.Flags));
    }

    [Fact]
    public async Task What_the_other_end_received_before_it_closed_has_no_byte_for_its_end()
    {
        await WriteAsync("span", NewExchange());
        _server.Send(new byte[7]);
        await ReceiveAsync(7);
        _server.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await _stream.ReadAsync(new byte[1]));
        await WriteAsync("span", NewExchange());

        Assert.Equal((5L, 7L), _cuts.Exchanges[1].Offsets);
        Assert.Equal(1u, _cuts.Exchanges[1].Cut.RxSegs);
    }

    [Fact]
    public async Task A_handshake_is_the_connections_own_until_it_is_ready()
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(_listener.LocalEndpoint);
        var cuts = new SeenCuts();
        await using var stream = new TaggedStream(client, new SlicedSocket(client, cuts.Take, NewTag()));
        Exchange.Current = NewExchange();
        await stream.WriteAsync(new byte[3]);
        Assert.Equal(SliceKind.Connection, Assert.Single(cuts.All).Cut.Kind);
        stream.Ready();
        await stream.WriteAsync(new byte[3]);
        Assert.Equal((Exchange.Current.Tag, (3L, 0L)), (Assert.Single(cuts.Tags), cuts.Exchanges[0].Offsets));
    }

    public void Dispose()
    {
        _stream.Dispose();
        _server.Dispose();
        _listener.Dispose();
    }

    /// <summary>Writes five bytes and waits until the other end has taken them.</summary>
    private async Task WriteAsync(string how, Exchange? exchange)
    {
        byte[] data = new byte[5];
        Exchange.Current = exchange;
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

    private async Task ReceiveAsync(int count) => await _stream.ReadExactlyAsync(new byte[count]);

    private static Exchange NewExchange() => new(NewTag(), SliceKind.Tool);

    private static Tag NewTag() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), "agent-a");
}
