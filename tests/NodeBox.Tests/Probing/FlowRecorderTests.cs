using System.Diagnostics;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Configuration;
using NodeBox.Probing;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;
using NodeBox.Tests.Configuration;

namespace NodeBox.Tests.Probing;

/// <summary>
/// A real connection on loopback, tagged at both ends as roles tag theirs, until its flow records arrive at a collector. Other programs'
/// flows are seen as well, so each test looks at its own port.
/// </summary>
public sealed class FlowRecorderTests : IAsyncLifetime
{
    private static readonly TestbedNode s_node = Testbeds.Of(("n1", "collector")).Nodes[0];

    private readonly Folder _state = new();
    private PushSink _sink = null!;
    private FlowRecorder _flows = null!;
    private WebApplication _service = null!;

    private string Url => _service.Urls.Single();

    private int Port => new Uri(Url).Port;

    public async ValueTask InitializeAsync()
    {
        _flows = FlowRecorder.Attach(s_node, new ProbeSettings { Packets = true }, NullLogger.Instance);
        _sink = await PushSink.StartAsync();
        _flows.Start(_sink.Pusher);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseSlices(_flows.Cut, SliceKind.Service);
        }));
        _service = builder.Build();
        _service.UseServedCalls();
        _service.MapPost("/", static async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync("answer");
        });
        await _service.StartAsync();
    }

    [Fact]
    public async Task One_call_on_a_connection_has_a_flow_at_each_end_with_task_span_and_agent()
    {
        RequireProbes();
        long before = NodeClock.NowNs();
        Tag tag;
        using (var connections = new TaskConnections(_flows.Cut))
        using (Spans.StartTask("task"))
        {
            tag = await CallAsync(connections, "agent-a");
        }

        IReadOnlyList<FlowRecord> ends = await EndedAsync();
        Assert.All(ends, flow => Assert.Equal(Names(tag), (Hex(flow.TaskId), Hex(flow.SpanId), flow.AgentId)));
        (FlowRecord active, FlowRecord passive) = (ends[0], ends[1]);
        Assert.Equal(("active", "passive"), (active.Direction, passive.Direction));
        Assert.Equal((active.TxBytes, active.RxBytes), (passive.RxBytes, passive.TxBytes));
        Assert.InRange(active.TxBytes, 100u, 1000u);
        Assert.Equal((active.LocalPort, active.RemotePort), (passive.RemotePort, passive.LocalPort));
        Assert.All(ends, flow => Assert.Equal(("loopback", "127.0.0.1", "127.0.0.1"), (flow.Path, flow.LocalAddr, flow.RemoteAddr)));
        Assert.All(ends, flow => Assert.Equal("FIN", flow.CloseReason));
        Assert.All(ends, flow => Assert.InRange(flow.BeginNs, before, flow.EndNs));
        Assert.All(ends, flow => Assert.True(flow.EndNs <= NodeClock.NowNs()));
        Assert.All(ends, flow => Assert.StartsWith("n1-", flow.FlowId));
        Assert.NotEqual(active.FlowId, passive.FlowId);
        string netns = File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)!.Name;
        Assert.All(ends, flow => Assert.Equal(netns, $"net:[{flow.Netns}]"));
        Assert.NotEmpty(active.CongestionControl);
    }

    [Fact]
    public async Task Several_calls_on_a_connection_leave_the_span_open()
    {
        RequireProbes();
        Tag tag;
        using (var connections = new TaskConnections(_flows.Cut))
        using (Spans.StartTask("task"))
        {
            await CallAsync(connections, "agent-a");
            tag = await CallAsync(connections, "agent-a");
        }

        Assert.All(await EndedAsync(), flow =>
        {
            Assert.Equal((tag.TaskId.ToHexString(), "agent-a"), (Hex(flow.TaskId), flow.AgentId));
            Assert.False(flow.HasSpanId);
        });
    }

    [Fact]
    public async Task Several_agents_on_a_connection_leave_the_agent_open()
    {
        RequireProbes();
        Tag tag;
        using (var connections = new TaskConnections(_flows.Cut))
        using (Spans.StartTask("task"))
        {
            await CallAsync(connections, "agent-a");
            tag = await CallAsync(connections, "agent-b");
        }

        Assert.All(await EndedAsync(), flow =>
        {
            Assert.Equal(tag.TaskId.ToHexString(), Hex(flow.TaskId));
            Assert.Equal((false, false), (flow.HasSpanId, flow.HasAgentId));
        });
    }

    [Fact]
    public async Task Several_tasks_on_a_connection_leave_the_task_open()
    {
        RequireProbes();
        using (var connections = new TaskConnections(_flows.Cut))
        {
            for (int i = 0; i < 2; i++)
            {
                using Activity task = Spans.StartTask("task");
                await CallAsync(connections, "agent-a");
            }
        }

        Assert.All(await EndedAsync(), flow =>
            Assert.Equal((false, false, "agent-a"), (flow.HasTaskId, flow.HasSpanId, flow.AgentId)));
    }

    [Fact]
    public async Task A_connection_outside_of_tasks_has_flows_without_any()
    {
        RequireProbes();
        using (var connections = new TaskConnections(_flows.Cut))
        {
            using HttpResponseMessage response = await connections.Http.PostAsync(Url, new StringContent("question"));
        }

        Assert.All(await EndedAsync(), flow =>
            Assert.Equal((false, false, false), (flow.HasTaskId, flow.HasSpanId, flow.HasAgentId)));
    }

    [Fact]
    public async Task A_flow_that_is_open_at_a_flush_is_a_snapshot_that_its_end_replaces()
    {
        RequireProbes();
        string[] open;
        using (var connections = new TaskConnections(_flows.Cut))
        using (Spans.StartTask("task"))
        {
            Tag tag = await CallAsync(connections, "agent-a");
            Assert.InRange(_flows.Flush(), 2, int.MaxValue);
            await _sink.Pusher.FlushAsync(TimeSpan.FromSeconds(10));
            IReadOnlyList<FlowRecord> snapshots = _sink.FlowsOf(Port);
            Assert.Equal(2, snapshots.Count);
            Assert.All(snapshots, flow =>
                Assert.Equal((false, false, tag.TaskId.ToHexString()), (flow.HasEndNs, flow.HasCloseReason, Hex(flow.TaskId))));
            Assert.Equal((snapshots[0].TxBytes, snapshots[0].RxBytes), (snapshots[1].RxBytes, snapshots[1].TxBytes));
            open = [.. snapshots.Select(static flow => flow.FlowId)];
        }

        Assert.Equal(open, (await EndedAsync()).Select(static flow => flow.FlowId));
    }

    [Fact]
    public async Task A_flow_that_began_before_the_probes_has_no_record()
    {
        RequireProbes();
        using var connections = new TaskConnections(_flows.Cut);
        using Activity task = Spans.StartTask("task");
        await CallAsync(connections, "agent-a");
        await using PushSink late = await PushSink.StartAsync();
        using (FlowRecorder second = FlowRecorder.Attach(s_node, new ProbeSettings { Packets = true }, NullLogger.Instance))
        {
            second.Start(late.Pusher);
            connections.Dispose();
            await EndedAsync();
            second.Flush();
        }

        await late.Pusher.FlushAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(late.FlowsOf(Port));
    }

    [Fact]
    public async Task The_ledger_balances()
    {
        RequireProbes();
        using (var connections = new TaskConnections(_flows.Cut))
        {
            using HttpResponseMessage response = await connections.Http.PostAsync(Url, new StringContent("question"));
        }

        await EndedAsync();
        Assert.All(_flows.Ledger().Values, static probe =>
            Assert.Equal(probe.Seen, probe.Filtered + probe.Aggregated + probe.Emitted + probe.Dropped));
        Assert.Contains(_flows.Ledger().Values, static probe => probe.Emitted > 0);
        Assert.All(_flows.Ledger(), static probe => Assert.NotEmpty(probe.Value.Figures!));
        Assert.True(_flows.Ledger()[ProbeAccounts.Cuts].Aggregated >= 4, "each end has cut at least the connection's and one exchange");
    }

    [Fact]
    public async Task A_driver_tags_through_the_map_that_its_node_shares()
    {
        RequireProbes();
        _flows.ShareTags(_state.Path);
        Tag tag;
        using (DriverTags tags = DriverTags.From(_state.Path, Assert.Fail))
        using (var connections = new TaskConnections(tags.Cut))
        using (Spans.StartTask("task"))
        {
            tag = await CallAsync(connections, agent: null);
        }

        Assert.All(await EndedAsync(), flow =>
        {
            Assert.Equal((tag.TaskId.ToHexString(), tag.SpanId.ToHexString()), (Hex(flow.TaskId), Hex(flow.SpanId)));
            Assert.False(flow.HasAgentId);
        });
        AssertSlices([tag], _sink.SlicesOf(Port));
    }

    [Fact]
    public async Task Each_call_on_a_connection_has_a_slice_at_each_end()
    {
        RequireProbes();
        var tags = new List<Tag>();
        using (var connections = new TaskConnections(_flows.Cut))
        {
            for (int i = 0; i < 5; i++)
            {
                using Activity task = Spans.StartTask("task");
                tags.Add(await CallAsync(connections, $"agent-{i}"));
            }
        }

        await EndedAsync();
        AssertSlices(tags, _sink.SlicesOf(Port));
    }

    [Fact]
    public async Task A_flush_tells_of_slices_that_are_open_and_the_rest_comes_later()
    {
        RequireProbes();
        var tags = new List<Tag>();
        using (var connections = new TaskConnections(_flows.Cut))
        using (Spans.StartTask("task"))
        {
            for (int i = 0; i < 3; i++)
            {
                tags.Add(await CallAsync(connections, "agent-a"));
                _flows.Flush();
                await _sink.Pusher.FlushAsync(TimeSpan.FromSeconds(10));
                AssertSlices(tags, _sink.SlicesOf(Port), _sink.FlowsOf(Port));
            }
        }

        await EndedAsync();
        AssertSlices(tags, _sink.SlicesOf(Port));
    }

    [Fact]
    public async Task Packets_add_up_to_their_slices()
    {
        RequireProbes();
        using (var connections = new TaskConnections(_flows.Cut))
        using (Spans.StartTask("task"))
        {
            await CallAsync(connections, "agent-a");
            await CallAsync(connections, "agent-a");
        }

        await EndedAsync();
        foreach (SliceRecord slice in _sink.SlicesOf(Port))
        {
            PacketRecord[] packets = [.. _sink.PacketsOf(slice.FlowId).Where(packet => packet.HasSlice && packet.Slice == slice.Slice)];
            Assert.Equal((long)slice.TxBytes, packets.Where(static packet => packet.Direction == "tx").Sum(static packet => packet.Bytes));
            Assert.Equal((long)slice.RxBytes, packets.Where(static packet => packet.Direction == "rx").Sum(static packet => packet.Bytes));
            Assert.Equal((long)slice.TxSegs, packets.Where(static packet => packet.Direction == "tx").Sum(static packet => packet.Segs));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _flows.Dispose();
        await _sink.DisposeAsync();
        _state.Dispose();
    }

    private void RequireProbes() => Assert.SkipWhen(_flows.WhyNot is not null, $"needs CAP_BPF: {_flows.WhyNot}");

    private async Task<Tag> CallAsync(TaskConnections connections, string? agent)
    {
        using Activity call = Spans.StartCall(CallKind.Service, "POST", agent);
        using HttpResponseMessage response = await connections.Http.PostAsync(Url, new StringContent("question"));
        Assert.Equal("answer", await response.Content.ReadAsStringAsync());
        return Tag.Of(call);
    }

    /// <summary>Both ends of this test's one connection, active first, once they have ended.</summary>
    private async Task<IReadOnlyList<FlowRecord>> EndedAsync()
    {
        for (int i = 0; i < 500; i++)
        {
            _flows.Flush();
            await _sink.Pusher.FlushAsync(TimeSpan.FromSeconds(10));
            if (_sink.FlowsOf(Port) is { Count: 2 } ends && ends.All(static flow => flow.HasEndNs))
            {
                return ends;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException($"the flows did not end: {string.Join('\n', _sink.FlowsOf(Port))}");
    }

    private void AssertSlices(IReadOnlyList<Tag> tags, IReadOnlyList<SliceRecord> slices) => AssertSlices(tags, slices, _sink.FlowsOf(Port));

    /// <summary>Both ends have the connection's slice and one of each call, with the same bytes, that add up to the flows.</summary>
    private static void AssertSlices(IReadOnlyList<Tag> tags, IReadOnlyList<SliceRecord> slices, IReadOnlyList<FlowRecord> flows)
    {
        foreach (FlowRecord flow in flows)
        {
            SliceRecord[] own = [.. slices.Where(slice => slice.FlowId == flow.FlowId)];
            Assert.Equal(["connection", .. Enumerable.Repeat("service", tags.Count)], own.Select(static slice => slice.Kind));
            Assert.Equal(tags.Select(static tag => (tag.SpanId.ToHexString(), tag.AgentId ?? "")), own.Skip(1).Select(static slice => (Hex(slice.SpanId), slice.AgentId)));
            Assert.Equal(flow.TxBytes, (ulong)own.Sum(static slice => (long)slice.TxBytes));
            Assert.Equal(flow.RxBytes, (ulong)own.Sum(static slice => (long)slice.RxBytes));
            Assert.Equal(flow.TxSegs, (ulong)own.Sum(static slice => (long)slice.TxSegs));
            Assert.Equal(flow.RxSegs, (ulong)own.Sum(static slice => (long)slice.RxSegs));
            Assert.All(own, static slice => Assert.Equal((true, false), (slice.SegsExact, slice.Shared)));
            Assert.All(own, static slice => Assert.True(slice.BeginNs <= slice.EndNs));
            Assert.All(own, static slice => Assert.Empty(slice.Shape.Missing));

            // At least one each way: a busy machine puts a gap into a message.
            Assert.All(own.Skip(1), static slice => Assert.True(slice.Shape.TxBursts.Count > 0 && slice.Shape.RxBursts.Count > 0));
            if (flow.HasEndNs)
            {
                Assert.All(own.Skip(1), static slice => Assert.NotEmpty(slice.Shape.RttUs));
            }
        }

        // What one end sent in a call the other received in it.
        var pairs = slices.Where(static slice => slice.Slice > 0).GroupBy(static slice => Hex(slice.SpanId)).ToArray();
        Assert.Equal(tags.Count, pairs.Length);
        Assert.All(pairs, static ends =>
            Assert.Equal(ends.Select(static end => (end.TxBytes, end.RxBytes)), ends.Select(static end => (end.RxBytes, end.TxBytes)).Reverse()));
    }

    private static (string Task, string Span, string? Agent) Names(Tag tag) =>
        (tag.TaskId.ToHexString(), tag.SpanId.ToHexString(), tag.AgentId);

    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);
}
