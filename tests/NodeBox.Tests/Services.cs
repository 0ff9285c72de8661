using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NodeBox.Roles.Baseline;
using NodeBox.Roles.Tools;

namespace NodeBox.Tests;

/// <summary>The tool servers and the baseline chain with their default settings, on free loopback ports.</summary>
internal sealed class Services : IAsyncDisposable
{
    private readonly List<WebApplication> _apps = [];

    public Uri Db { get; private set; } = null!;

    public Uri Synthetic { get; private set; } = null!;

    public Uri Gateway { get; private set; } = null!;

    public static async Task<Services> StartAsync()
    {
        var services = new Services();
        services.Db = new Uri(await services.ServeAsync(static app => ToolsRole.MapDb(app, new ToolsSettings())), "mcp");
        services.Synthetic = new Uri(await services.ServeAsync(static app => ToolsRole.MapSynthetic(app, new ToolsSettings())), "mcp");
        BaselineSettings chain = new();
        chain = chain with { Services = [.. chain.Services.Select(static service => service with { Port = FreePort() })] };
        for (int i = chain.Services.Count - 1; i >= 0; i--)
        {
            int index = i;
            services.Gateway = await services.ServeAsync(
                app => BaselineRole.MapService(app, chain, index, static (_, in _, _) => { }), chain.Services[i].Port);
        }

        return services;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    private async Task<Uri> ServeAsync(Action<WebApplication> map, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication app = builder.Build();
        map(app);
        await app.StartAsync();
        _apps.Add(app);
        return new Uri(app.Urls.Single());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
