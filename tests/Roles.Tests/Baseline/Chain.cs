using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using NodeBox.Roles.Baseline;
using NodeBox.Roles.Tests.Tools;

namespace NodeBox.Roles.Tests.Baseline;

/// <summary>A whole chain on loopback, each service on its own listener and port.</summary>
internal sealed class Chain : IAsyncDisposable
{
    private readonly List<LoopbackListener> _listeners = [];

    private Chain(BaselineSettings settings)
    {
        Settings = settings;
        RequestBytes = new long?[settings.Services.Count];
        ResponseBytes = new long?[settings.Services.Count];
        Connections = [.. settings.Services.Select(static _ => new ConcurrentDictionary<string, int>())];
    }

    public BaselineSettings Settings { get; }

    /// <summary>Size of the last request body that each service got.</summary>
    public long?[] RequestBytes { get; }

    /// <summary>Size of the last answer that each service gave.</summary>
    public long?[] ResponseBytes { get; }

    /// <summary>The connections on which each service was asked.</summary>
    public IReadOnlyList<ConcurrentDictionary<string, int>> Connections { get; }

    public Uri Gateway => _listeners[0].Url;

    /// <summary>Starts the chain, its last service first, with ports that the kernel chooses in the place of the settings'.</summary>
    public static async Task<Chain> StartAsync(BaselineSettings settings)
    {
        BaselineService[] services = [.. settings.Services];
        var chain = new Chain(settings with { Services = services });
        for (int i = services.Length - 1; i >= 0; i--)
        {
            int index = i;
            LoopbackListener listener = await LoopbackListener.StartAsync(app => chain.Map(app, index));
            services[index] = services[index] with { Port = listener.Url.Port };
            chain._listeners.Insert(0, listener);
        }

        return chain;
    }

    public ValueTask StopAsync(int index) => _listeners[index].DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (LoopbackListener listener in _listeners)
        {
            await listener.DisposeAsync();
        }
    }

    private void Map(WebApplication app, int index)
    {
        app.Use(async (context, next) =>
        {
            Connections[index].AddOrUpdate(context.Connection.Id, 1, static (_, count) => count + 1);
            RequestBytes[index] = context.Request.ContentLength;

            // Before the answer goes: its reader looks here at once.
            context.Response.OnStarting(() =>
            {
                ResponseBytes[index] = context.Response.ContentLength;
                return Task.CompletedTask;
            });
            await next(context);
        });
        BaselineRole.MapService(app, Settings, index, static (_, in _, _) => { });
    }
}
