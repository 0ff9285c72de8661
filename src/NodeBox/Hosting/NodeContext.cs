using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NodeBox.Configuration;
using NodeBox.Telemetry.Http;

namespace NodeBox.Hosting;

/// <summary>What a role needs to start its services on this node, and where those services are kept until the node stops.</summary>
/// <param name="Node">This node.</param>
/// <param name="StateDirectory">What the node keeps on disk.</param>
/// <param name="Cut">Takes the boundaries made on this node's connections.</param>
/// <param name="Logs">The node's log.</param>
internal sealed record NodeContext(TestbedNode Node, string StateDirectory, CutSlice Cut, ILoggerProvider Logs) : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _running = new();
    private int _keptToTheEnd;

    public ILogger Log(string category) => Logs.CreateLogger(category);

    /// <summary>Keeps <paramref name="service"/> until the node stops; what was kept last is stopped first.</summary>
    public void Keep(IAsyncDisposable service) => _running.Push(service);

    /// <summary>Keeps <paramref name="service"/> until the node stops.</summary>
    public void Keep(IDisposable service) => Keep(new Disposing(service));

    /// <summary>Serves traced calls on one of the node's ports over HTTP/1.1.</summary>
    /// <param name="port">The port.</param>
    /// <param name="kind">What is served there.</param>
    /// <param name="agentId">The agent that listens there, or null.</param>
    /// <param name="map">Adds the endpoints.</param>
    public Task ServeAsync(int port, SliceKind kind, string? agentId, Action<WebApplication> map) => StartAsync(
        port,
        listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseSlices(Cut, kind);
        },
        app =>
        {
            app.UseServedCalls(agentId);
            map(app);
        });

    /// <summary>Listens on one of the node's ports; requests there belong to no task.</summary>
    public Task ListenAsync(int port, HttpProtocols protocols, Action<WebApplication> map) => StartAsync(
        port,
        listen =>
        {
            listen.Protocols = protocols;
            if (protocols == HttpProtocols.Http2)
            {
                listen.UseSharedSlices(Cut, SliceKind.Telemetry);
            }
        },
        map);

    /// <summary>Keeps what runs by now even when <see cref="StopAsync"/> stops the rest.</summary>
    public void KeepToTheEnd() => _keptToTheEnd = _running.Count;

    /// <summary>Stops all services but those kept to the end, the last one first.</summary>
    public Task StopAsync() => StopAsync(_keptToTheEnd);

    public async ValueTask DisposeAsync() => await StopAsync(downTo: 0);

    private async Task StopAsync(int downTo)
    {
        while (_running.Count > downTo)
        {
            await _running.Pop().DisposeAsync();
        }
    }

    private async Task StartAsync(int port, Action<ListenOptions> listen, Action<WebApplication> map)
    {
        WebApplication app = await Listener.StartAsync(new IPEndPoint(Node.Address, port), listen, Logs, map);
        Keep(new StoppingListener(app));
    }

    // Stopping first lets requests end and runs what a role registered for the application's end.
    private sealed class StoppingListener(WebApplication app) : IAsyncDisposable
    {
        private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

        public async ValueTask DisposeAsync()
        {
            using var grace = new CancellationTokenSource(s_grace);
            await app.StopAsync(grace.Token);
            await app.DisposeAsync();
        }
    }

    private sealed class Disposing(IDisposable service) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            service.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
