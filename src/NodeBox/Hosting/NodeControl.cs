using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodeBox.Configuration;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probing;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Control;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Push;

namespace NodeBox.Hosting;

/// <summary>The node's control port: <c>GET /health</c>, <c>GET /metrics</c> (Prometheus text) and <c>POST /flush</c>.</summary>
internal sealed class NodeControl(TestbedNode node, string bootId, FlowRecorder flows, TelemetryPusher pusher, ILogger log)
{
    public const int Port = 9464;

    private static readonly TimeSpan s_flushTimeout = TimeSpan.FromSeconds(10);

    private string _congestionControl = "";

    public void Map(WebApplication app)
    {
        app.MapGet("/health", context =>
            WriteJsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(Health(), ControlJson.Default.NodeHealth)));
        app.MapGet("/metrics", WriteMetricsAsync);
        app.MapPost("/flush", FlushAsync);
    }

    /// <summary>Completes what a health report says; call it once the control port listens.</summary>
    public async Task SurveyAsync() => _congestionControl = await ProcessStats.CongestionControlAsync(new IPEndPoint(node.Address, Port));

    private NodeHealth Health() => new(
        node.Name,
        node.Role,
        "ok",
        ProcessStats.KernelRelease(),
        flows.Rung,
        flows.WhyNot,
        flows.HasPackets,
        _congestionControl,
        Versions.All,
        bootId,
        NodeClock.NowNs(),
        ProcessStats.CpuNs(),
        ProcessStats.RunQueueDelayNs());

    private async Task FlushAsync(HttpContext context)
    {
        int inProgress = ServedCalls.InProgress;
        int open;
        try
        {
            open = flows.Flush();
        }
        catch (BpfException e)
        {
            string reason = $"node {node.Name} cannot list its open flows: {e.Message}";
            log.LogError("flush: {Reason}", reason);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync(reason, context.RequestAborted);
            return;
        }

        PushCounters counters = pusher.Counters;
        log.LogInformation(
            "flush: {InProgress} calls of tasks in progress, {Open} flows of tasks open; {Enqueued} records so far, {Dropped} dropped",
            inProgress,
            open,
            counters.Enqueued,
            counters.Dropped);
        try
        {
            await pusher.FlushAsync(s_flushTimeout);
        }
        catch (TimeoutException e)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync(e.Message, context.RequestAborted);
            return;
        }

        var report = new FlushReport(node.Name, flows.Ledger(), open, inProgress, pusher.Counters.Dropped);
        await WriteJsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(report, ControlJson.Default.FlushReport));
    }

    private Task WriteMetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(NodeMetrics.Text(flows, pusher.Counters), context.RequestAborted);
    }

    private static async Task WriteJsonAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
