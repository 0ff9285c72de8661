using System.Net;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Tags;
using NodeBox.Probing;
using NodeBox.Telemetry;
using NodeBox.Telemetry.V1;

namespace NodeBox.Tests.Probing;

public sealed class FlowRecordsTests
{
    private static readonly byte[] s_task = [.. Enumerable.Range(1, 16).Select(static i => (byte)i)];
    private static readonly byte[] s_span = [.. Enumerable.Range(21, 8).Select(static i => (byte)i)];

    private readonly FlowRecords _records = new("n1", netns: 7);

    [Theory]
    [InlineData(SocketTagFlags.None, true, true, true)]
    [InlineData(SocketTagFlags.SeveralSpans, true, false, true)]
    [InlineData(SocketTagFlags.SeveralSpans | SocketTagFlags.SeveralAgents, true, false, false)]
    [InlineData(SocketTagFlags.SeveralSpans | SocketTagFlags.SeveralTasks, false, false, true)]
    [InlineData(SocketTagFlags.SeveralSpans | SocketTagFlags.SeveralTasks | SocketTagFlags.SeveralAgents, false, false, false)]
    public void What_several_calls_shared_is_left_open(SocketTagFlags flags, bool task, bool span, bool agent)
    {
        FlowRecord record = Of(Flow() with { Tag = new SocketTag(s_task, s_span, flags, "agent-a") });
        Assert.Equal((task, span, agent), (record.HasTaskId, record.HasSpanId, record.HasAgentId));
    }

    [Fact]
    public void A_tag_names_task_span_and_agent()
    {
        FlowRecord record = Of(Flow() with { Tag = new SocketTag(s_task, s_span, SocketTagFlags.None, "agent-a") });
        Assert.Equal(s_task, record.TaskId);
        Assert.Equal(s_span, record.SpanId);
        Assert.Equal("agent-a", record.AgentId);

        FlowRecord nobodys = Of(Flow() with { Tag = new SocketTag(s_task, s_span, SocketTagFlags.None, "") });
        Assert.False(nobodys.HasAgentId);
    }

    [Fact]
    public void What_the_kernel_does_not_know_is_absent()
    {
        FlowRecord record = Of(Flow());
        Assert.Equal((false, false, false), (record.HasTaskId, record.HasSpanId, record.HasAgentId));
        Assert.Equal((false, false, false, false), (record.HasMinRttUs, record.HasSrttUs, record.HasPid, record.HasComm));
        Assert.Equal((false, false), (record.HasEndNs, record.HasCloseReason));

        FlowRecord known = Of(Flow() with { MinRttUs = 0, SmoothedRttUs = 7, Pid = 8, Comm = "nodebox" });
        Assert.Equal((0u, 7u, 8u, "nodebox"), (known.MinRttUs, known.SrttUs, known.Pid, known.Comm));
        Assert.True(known.HasMinRttUs);
    }

    [Theory]
    [InlineData("10.77.0.1", "10.77.0.2", "link")]
    [InlineData("10.77.0.1", "10.77.0.1", "loopback")]
    [InlineData("127.0.0.1", "127.0.0.2", "loopback")]
    [InlineData("::1", "::1", "loopback")]
    [InlineData("fd00::1", "fd00::2", "link")]
    public void Traffic_that_never_leaves_the_machine_is_told_from_a_link(string local, string remote, string path)
    {
        var from = new IPEndPoint(IPAddress.Parse(local), 1);
        var to = new IPEndPoint(IPAddress.Parse(remote), 2);
        FlowRecord record = Of(Flow() with { Local = from, Remote = to });
        Assert.Equal(path, record.Path);
        Assert.Equal((local, 1u, remote, 2u), (record.LocalAddr, record.LocalPort, record.RemoteAddr, record.RemotePort));
    }

    [Theory]
    [InlineData(FlowDirection.Active, "active")]
    [InlineData(FlowDirection.Passive, "passive")]
    public void Has_what_the_kernel_counted(FlowDirection direction, string name)
    {
        FlowSnapshot flow = Flow() with
        {
            Direction = direction,
            CongestionControl = "cubic",
            TxBytes = 1,
            RxBytes = 2,
            TxSegments = 3,
            RxSegments = 4,
            RetransmittedSegments = 5,
        };
        FlowRecord record = Of(flow);
        Assert.Equal(("n1-2a-3e8", name, "cubic"), (record.FlowId, record.Direction, record.CongestionControl));
        Assert.Equal((1UL, 2UL, 3UL, 4UL, 5UL), (record.TxBytes, record.RxBytes, record.TxSegs, record.RxSegs, record.RetransSegs));
        Assert.Equal(NodeClock.FromMonotonic(1000), record.BeginNs);
        Assert.Equal(7UL, record.Netns);
    }

    [Fact]
    public void Has_what_the_kernel_tells_besides()
    {
        FlowRecord record = Of(Flow() with { RetransmittedBytes = 6, HandshakeRttUs = 7, ZeroWindows = 8, OutOfOrderSegments = 9 });
        Assert.Equal((6UL, 7u, 8UL, 9UL), (record.RetransBytes, record.HandshakeRttUs, record.ZeroWindows, record.OutOfOrderSegs));
        FlowRecord without = Of(Flow());
        Assert.Equal((false, true, false, false), (without.HasHandshakeRttUs, without.HasZeroWindows, without.HasOutOfOrderSegs, without.HasError));
    }

    private FlowRecord Of(FlowSnapshot flow) => _records.Of(flow, flow.BeginKtimeNs!.Value, new TrafficShape());

    private static FlowSnapshot Flow() => new()
    {
        Cookie = 42,
        Local = new IPEndPoint(IPAddress.Parse("10.77.0.1"), 40000),
        Remote = new IPEndPoint(IPAddress.Parse("10.77.0.2"), 7002),
        State = "ESTABLISHED",
        Direction = FlowDirection.Active,
        BeginKtimeNs = 1000,
    };
}
