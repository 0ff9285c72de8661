using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NodeBox.Hosting;

/// <summary>One listening port with its own pipeline: a service of a role, the control port, the collector's push port.</summary>
internal static class Listener
{
    /// <summary>Starts serving <paramref name="endpoint"/>. Dispose the result to stop.</summary>
    /// <param name="endpoint">The address and port of the service.</param>
    /// <param name="listen">
    /// Sets the protocol, HTTP/1.1 for everything that is sliced and HTTP/2 for telemetry, and what is put on connections.
    /// </param>
    /// <param name="logs">Where the framework's warnings go.</param>
    /// <param name="map">Adds the middleware and the endpoints.</param>
    /// <exception cref="NodeBoxException">The port is taken or the address is not this machine's.</exception>
    public static async Task<WebApplication> StartAsync(
        IPEndPoint endpoint,
        Action<ListenOptions> listen,
        ILoggerProvider logs,
        Action<WebApplication> map)
    {
        // The default builders would also listen to ASPNETCORE_ variables and to an appsettings.json in the working directory: to other
        // ports, and in the environment "Development" to pages with stack traces for clients.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NodeLifetime>();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(logs);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        // A listener that cannot start throws, which says it better.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(endpoint, listen);
            kestrel.Limits.Http2.InitialStreamWindowSize = 1 << 20;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 4 << 20;
        });
        WebApplication app = builder.Build();
        map(app);
        try
        {
            await app.StartAsync();
            return app;
        }
        catch (IOException e)
        {
            await app.DisposeAsync();
            throw new NodeBoxException(
                ExitCodes.MachineLacks,
                $"cannot listen on {endpoint}: {e.InnerException?.Message ?? e.Message}. {WhatToDo(endpoint)}.",
                e);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            await app.DisposeAsync();
            throw new NodeBoxException(
                ExitCodes.MachineLacks,
                $"cannot listen on {endpoint}: {e.Message}. The node's address in roles.toml must be one of this machine's.",
                e);
        }
    }

    private static string WhatToDo(IPEndPoint endpoint) => endpoint.Port == NodeControl.Port
        ? "Stop what uses the port (see `ss -ltnp`): it is the control port of every node"
        : "Stop what uses the port (see `ss -ltnp`) or set another in roles.toml";

    // The framework's own lifetime would stop each listener at SIGTERM by itself; NodeHost stops them, in order.
    private sealed class NodeLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
