using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Roles.Collector;
using NodeBox.Store;
using NodeBox.Telemetry.Push;

namespace NodeBox.Roles.Tests.Collector;

/// <summary>A collector on real loopback ports, with pushers that push to it.</summary>
internal sealed class CollectorHost : IAsyncDisposable
{
    private readonly string _folder;
    private readonly CollectorRole _role;
    private readonly WebApplication _push;
    private readonly WebApplication _api;

    private CollectorHost(string folder, CollectorRole role, WebApplication push, WebApplication api)
    {
        _folder = folder;
        _role = role;
        _push = push;
        _api = api;
        Api = new HttpClient { BaseAddress = AddressOf(api), Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Api { get; }

    public Uri PushAddress => AddressOf(_push);

    /// <param name="dataDir">The collector's data folder.</param>
    /// <param name="port">The push port; 0 takes a free one.</param>
    /// <param name="beforePush">Middleware of the push listener, for tests that break it.</param>
    public static async Task<CollectorHost> StartAsync(string dataDir, int port = 0, Func<HttpContext, RequestDelegate, Task>? beforePush = null)
    {
        var role = CollectorRole.Open(new CollectorSettings { DataDir = dataDir }, NullLogger.Instance);
        WebApplication push = await ListenAsync(port, HttpProtocols.Http2, app =>
        {
            if (beforePush is not null)
            {
                app.Use(beforePush);
            }

            role.MapPush(app);
        });
        WebApplication api = await ListenAsync(0, HttpProtocols.Http1, role.MapApi);
        return new CollectorHost(dataDir, role, push, api);
    }

    public TelemetryPusher StartPusher(string node, string spool, ILogger? log = null) => StartPusher(PushAddress, node, spool, log);

    public static TelemetryPusher StartPusher(Uri collector, string node, string spool, ILogger? log = null) => TelemetryPusher.Start(
        new PushSettings
        {
            Node = node,
            BootId = "boot",
            Collector = collector,
            SpoolDirectory = spool,
            BatchInterval = TimeSpan.FromMilliseconds(10),
            MaxBackoff = TimeSpan.FromMilliseconds(200),
        },
        log ?? NullLogger.Instance);

    public Task<HttpResponseMessage> PostAsync(string path, string body) =>
        Api.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    public async Task StartRunAsync(string runId)
    {
        using HttpResponseMessage response = await PostAsync("api/runs", $$"""{"run_id":"{{runId}}"}""");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    public async Task<JsonElement> FinishRunAsync(string runId)
    {
        using HttpResponseMessage response = await PostAsync($"api/runs/{runId}/finish", "");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    /// <summary>Fetches a file of a finished run and queries it as the table <c>f</c>.</summary>
    public async Task<Result> QueryAsync(string runId, string file, string sql)
    {
        string path = Path.Combine(_folder, $"{runId}-{file}");
        await File.WriteAllBytesAsync(path, await Api.GetByteArrayAsync($"api/runs/{runId}/files/{file}"));
        using var database = Database.Open(null);
        using Connection connection = database.Connect();
        Parquet.CreateView(connection, "f", path);
        return connection.Query(sql);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        using CancellationTokenSource atOnce = new(TimeSpan.Zero);
        await _push.StopAsync(atOnce.Token);
        await _api.StopAsync(atOnce.Token);
        await _push.DisposeAsync();
        await _api.DisposeAsync();
        _role.Dispose();
    }

    private static Uri AddressOf(WebApplication app) => new(app.Urls.Single());

    private static async Task<WebApplication> ListenAsync(int port, HttpProtocols protocols, Action<WebApplication> map)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = protocols));
        WebApplication app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
