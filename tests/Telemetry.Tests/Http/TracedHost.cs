using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NodeBox.Telemetry.Http;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>A service on a free loopback port that serves traced calls over HTTP/1.1.</summary>
internal sealed class TracedHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TracedHost(WebApplication app, SeenTags tags)
    {
        _app = app;
        Tags = tags;
        Url = new Uri(app.Urls.Single());
    }

    public Uri Url { get; }

    /// <summary>What the accepted connections were tagged with.</summary>
    public SeenTags Tags { get; }

    public static async Task<TracedHost> StartAsync(RequestDelegate answer, string? agentId = null, IPAddress? address = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address ?? IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication app = builder.Build();
        var tags = new SeenTags();
        app.UseServedCalls(tags.Set, agentId);
        app.Run(answer);
        await app.StartAsync();
        return new TracedHost(app, tags);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }
}
