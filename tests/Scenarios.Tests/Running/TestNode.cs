using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NodeBox.Scenarios.Running;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Tests.Running;

/// <summary>A node's control port, and what it answers.</summary>
internal sealed class TestNode(string name, string role, RunLog log) : IAsyncDisposable
{
    private Listener _listener = null!;
    private long _flushes;

    public NodeTarget Target => new(name, role, _listener.Url);

    public string BootId { get; set; } = "first";

    /// <summary>The name that it gives itself, if that is not its own.</summary>
    public string? OtherName { get; set; }

    /// <summary>How far its clock is ahead.</summary>
    public TimeSpan ClockError { get; set; }

    /// <summary>Flows that are open at each flush; the last number stays.</summary>
    public IReadOnlyList<int> OpenFlows { get; set; } = [0];

    /// <summary>Calls that are being served at each flush, in the same way.</summary>
    public IReadOnlyList<int> InProgress { get; set; } = [0];

    /// <summary>How it measures flows.</summary>
    public string Rung { get; set; } = "none";

    /// <summary>Whether it records packets.</summary>
    public bool Packets { get; set; }

    /// <summary>Answers in place of the reports, if set.</summary>
    public RequestDelegate? Instead { get; set; }

    public long Flushes => _flushes;

    public static async Task<TestNode> StartAsync(string name, string role, RunLog log)
    {
        var node = new TestNode(name, role, log);
        node._listener = await Listener.StartAsync(node.Map);
        return node;
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private void Map(WebApplication app)
    {
        app.MapGet("/health", context =>
            AnswerAsync(context, "health", () => JsonSerializer.Serialize(Health(), ControlJson.Default.NodeHealth)));
        app.MapPost("/flush", context =>
            AnswerAsync(context, "flush", () => JsonSerializer.Serialize(Flush(), ControlJson.Default.FlushReport)));
    }

    private Task AnswerAsync(HttpContext context, string what, Func<string> answer)
    {
        log.Add($"{name} {what}");
        return Instead is { } instead ? instead(context) : context.Response.WriteAsync(answer());
    }

    private NodeHealth Health() => new(
        OtherName ?? name,
        role,
        "ok",
        "6.18.0",
        Rung,
        "needs CAP_BPF",
        Packets,
        "cubic",
        new Dictionary<string, string> { ["nodebox"] = "0.1.0" },
        BootId,
        NodeClock.NowNs() + (long)ClockError.TotalNanoseconds,
        CpuNs: 1_000_000 * _flushes,
        RunQueueDelayNs: 2_000_000 * _flushes);

    // Everything that a node counts grows by its number of flushes, so that differences can be told from totals.
    private FlushReport Flush()
    {
        long n = Interlocked.Increment(ref _flushes);
        var ledger = new Dictionary<string, LedgerEntry> { ["tcp_probe"] = new(10 * n, n, 2 * n, 3 * n, 4 * n, 5 * n, ["rtt"]) };
        return new FlushReport(name, ledger, At(OpenFlows, n), At(InProgress, n), 6 * n);
    }

    private static int At(IReadOnlyList<int> values, long n) => values[(int)Math.Min(n, values.Count) - 1];
}
