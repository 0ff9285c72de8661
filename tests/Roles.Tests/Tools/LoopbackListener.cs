using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodeBox.Roles.Tools;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tests.Tools;

/// <summary>A role's listener as the composition root makes it, on a free loopback port.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackListener(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.Single());
    }

    public Uri Url { get; }

    public Uri Mcp => new(Url, "/mcp");

    /// <summary>The db server.</summary>
    public static Task<LoopbackListener> StartDbAsync(ToolsSettings? settings = null) =>
        StartAsync(app => ToolsRole.MapDb(app, settings ?? new ToolsSettings()));

    /// <summary>The synthetic server.</summary>
    public static Task<LoopbackListener> StartSyntheticAsync(ToolsSettings? settings = null, TimeProvider? clock = null) =>
        StartAsync(app => ToolsRole.MapSynthetic(app, settings ?? new ToolsSettings()), clock);

    /// <param name="map">Adds the role's routes.</param>
    /// <param name="clock">The clock that sessions expire by.</param>
    /// <param name="agent">The agent that the listener serves, if any.</param>
    public static async Task<LoopbackListener> StartAsync(Action<WebApplication> map, TimeProvider? clock = null, string? agent = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication app = builder.Build();
        app.UseServedCalls(agent);
        map(app);
        await app.StartAsync();
        return new LoopbackListener(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Records the spans of one task while it is alive.</summary>
internal sealed class SpanLog : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public SpanLog()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "nodebox",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IEnumerable<Activity> Ended => _ended;

    /// <summary>
    /// The ended spans of <paramref name="task"/>, once there are <paramref name="count"/>: a server's span ends after its answer was read.
    /// </summary>
    public async Task<IReadOnlyList<Activity>> OfAsync(ActivityTraceId task, int count)
    {
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < s_patience)
        {
            Activity[] spans = [.. _ended.Where(span => span.TraceId == task)];
            if (spans.Length >= count)
            {
                return spans;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException($"fewer than {count} spans: {string.Join(", ", _ended.Select(static span => span.DisplayName))}");
    }

    public void Dispose() => _listener.Dispose();
}
