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
        _flows = FlowRecorder.Attach(s_node, NullLogger.Instance);
        _sink = await PushSink.StartAsync();
        _flows.Start(_sink.Pusher);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        _service = builder.Build();
        _service.UseServedCalls(_flows.TagSocket);
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
        using (var connections = new TaskConnections(_flows.TagSocket))
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
        Assert.NotEqual(0UL, active.Netns);
        Assert.NotEmpty(active.CongestionControl);
    }

    [Fact]
    public async Task Several_calls_on_a_connection_leave_the_span_open()
    {
        RequireProbes();
        Tag tag;
        using (var connections = new TaskConnections(_flows.TagSocket))
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
        using (var connections = new TaskConnections(_flows.TagSocket))
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
        using (var connections = new TaskConnections(_flows.TagSocket))
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
        using (var connections = new TaskConnections(_flows.TagSocket))
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
        using (var connections = new TaskConnections(_flows.TagSocket))
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
        using var connections = new TaskConnections(_flows.TagSocket);
        using Activity task = Spans.StartTask("task");
        await CallAsync(connections, "agent-a");
        await using PushSink late = await PushSink.StartAsync();
        using (FlowRecorder second = FlowRecorder.Attach(s_node, NullLogger.Instance))
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
        using (var connections = new TaskConnections(_flows.TagSocket))
        {
            using HttpResponseMessage response = await connections.Http.PostAsync(Url, new StringContent("question"));
        }

        await EndedAsync();
        Assert.All(_flows.Ledger().Values, static probe =>
            Assert.Equal(probe.Seen, probe.Filtered + probe.Aggregated + probe.Emitted + probe.Dropped));
        Assert.Contains(_flows.Ledger().Values, static probe => probe.Emitted > 0);
    }

    [Fact]
    public async Task A_driver_tags_through_the_map_that_its_node_shares()
    {
        RequireProbes();
        _flows.ShareTags(_state.Path);
        Tag tag;
        using (DriverTags tags = DriverTags.From(_state.Path))
        using (var connections = new TaskConnections(tags.TagSocket))
        using (Spans.StartTask("task"))
        {
            Assert.Null(tags.WhyNot);
            tag = await CallAsync(connections, agent: null);
        }

        Assert.All(await EndedAsync(), flow =>
        {
            Assert.Equal((tag.TaskId.ToHexString(), tag.SpanId.ToHexString()), (Hex(flow.TaskId), Hex(flow.SpanId)));
            Assert.False(flow.HasAgentId);
        });
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

    private static (string Task, string Span, string? Agent) Names(Tag tag) =>
        (tag.TaskId.ToHexString(), tag.SpanId.ToHexString(), tag.AgentId);

    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);
}
