using System.Net;
using System.Security.Cryptography.X509Certificates;
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

    private TracedHost(WebApplication app, SeenCuts cuts)
    {
        _app = app;
        Cuts = cuts;
        Url = new Uri(app.Urls.Single());
    }

    public Uri Url { get; }

    /// <summary>The boundaries made on accepted connections.</summary>
    public SeenCuts Cuts { get; }

    public static async Task<TracedHost> StartAsync(
        RequestDelegate answer, string? agentId = null, IPAddress? address = null, X509Certificate2? certificate = null)
    {
        var cuts = new SeenCuts();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(address ?? IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseSlices(cuts.Take, SliceKind.Service, certificate is null ? null : tls => tls.UseHttps(certificate));
            });
        });
        WebApplication app = builder.Build();
        app.UseServedCalls(agentId);
        app.Run(answer);
        await app.StartAsync();
        return new TracedHost(app, cuts);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }
}
