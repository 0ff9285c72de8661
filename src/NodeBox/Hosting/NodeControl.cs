using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodeBox.Configuration;
using NodeBox.Probing;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Control;
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
        app.MapGet("/health", context => WriteJsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(Health(), ControlJson.Default.NodeHealth)));
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
        _congestionControl,
        Versions.All,
        bootId,
        NodeClock.NowNs(),
        ProcessStats.CpuNs(),
        ProcessStats.RunQueueDelayNs());

    private async Task FlushAsync(HttpContext context)
    {
        int open = flows.Flush();
        PushCounters counters = pusher.Counters;
        log.LogInformation(
            "flush: {Open} flows of tasks are open; {Enqueued} records so far, {Dropped} dropped", open, counters.Enqueued, counters.Dropped);
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

        var report = new FlushReport(node.Name, flows.Ledger(), open, pusher.Counters.Dropped);
        await WriteJsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(report, ControlJson.Default.FlushReport));
    }

    private Task WriteMetricsAsync(HttpContext context)
    {
        var text = new StringBuilder();
        PushCounters counters = pusher.Counters;
        Counter(text, "nodebox_telemetry_records_enqueued_total", "Telemetry records accepted.", counters.Enqueued);
        Counter(text, "nodebox_telemetry_records_dropped_total", "Telemetry records lost.", counters.Dropped);
        Counter(text, "nodebox_telemetry_records_acked_total", "Telemetry records committed by the collector.", counters.Acked);
        text.Append("# HELP nodebox_probe_events_total Kernel events by probe and what became of them.\n# TYPE nodebox_probe_events_total counter\n");
        foreach ((string probe, LedgerEntry entry) in flows.Ledger())
        {
            Event(text, probe, "seen", entry.Seen);
            Event(text, probe, "filtered", entry.Filtered);
            Event(text, probe, "aggregated", entry.Aggregated);
            Event(text, probe, "emitted", entry.Emitted);
            Event(text, probe, "dropped", entry.Dropped);
            Event(text, probe, "missed", entry.Missed);
        }

        text.Append("# HELP process_resident_memory_bytes Resident memory.\n# TYPE process_resident_memory_bytes gauge\n");
        text.Append(CultureInfo.InvariantCulture, $"process_resident_memory_bytes {Environment.WorkingSet}\n");
        text.Append("# HELP process_cpu_seconds_total CPU time.\n# TYPE process_cpu_seconds_total counter\n");
        text.Append(CultureInfo.InvariantCulture, $"process_cpu_seconds_total {ProcessStats.CpuNs() / 1e9}\n");
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private static void Counter(StringBuilder text, string name, string help, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}\n");

    private static void Event(StringBuilder text, string probe, string fate, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"nodebox_probe_events_total{{probe=\"{probe}\",fate=\"{fate}\"}} {value}\n");

    private static async Task WriteJsonAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
