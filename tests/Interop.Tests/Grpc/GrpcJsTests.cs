using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Roles.Collector;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.V1;

namespace NodeBox.Interop.Tests.Grpc;

public sealed class GrpcJsTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-grpc-js-").FullName;

    private static string Proto => Path.Combine(NodeScript.Root, "src", "Telemetry", "telemetry.proto");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Grpc_js_pushes_to_the_collector()
    {
        await using WebApplication app = await StartCollectorAsync();
        using NodeScript script = NodeScript.Start("push.mjs", Proto, AuthorityOf(app), "20", "n9");
        JsonElement outcome = await script.ReadAsync();
        Assert.Equal(0, outcome.GetProperty("code").GetInt32());
        string spool = string.Concat(Enumerable.Repeat("07", 16));
        Assert.Equal(
            Enumerable.Range(1, 20).Select(sequence => ((string?)spool, (string?)$"{sequence}")),
            outcome.GetProperty("acks").EnumerateArray().Select(ack => (ack[0].GetString(), ack[1].GetString())));
    }

    [Fact]
    public async Task Grpc_js_is_told_why_its_batch_is_refused()
    {
        await using WebApplication app = await StartCollectorAsync();
        using NodeScript script = NodeScript.Start("push.mjs", Proto, AuthorityOf(app), "1", "kein/Knötchen");
        JsonElement outcome = await script.ReadAsync();
        Assert.Equal(3, outcome.GetProperty("code").GetInt32());
        Assert.Contains("'kein/Knötchen' is no node's name", outcome.GetProperty("details").GetString());
    }

    [Fact]
    public async Task A_node_pushes_to_grpc_js_and_a_refused_batch_holds_up_no_other()
    {
        using NodeScript script = NodeScript.Start("collect.mjs", Proto, "refuse me");
        int port = (await script.ReadAsync()).GetProperty("port").GetInt32();
        PushSettings settings = new()
        {
            Node = "n1",
            BootId = "boot",
            Collector = new Uri($"http://127.0.0.1:{port}"),
            SpoolDirectory = Path.Combine(_folder, "spool"),
            BatchInterval = TimeSpan.FromHours(1),
        };
        await using TelemetryPusher pusher = TelemetryPusher.Start(settings, NullLogger.Instance);
        foreach (string text in (string[])["größe 🙂", "refuse me", "last"])
        {
            pusher.Add(new LogLine { Text = text });
            await pusher.FlushAsync(s_patience);
        }

        JsonElement first = await script.ReadAsync();
        JsonElement second = await script.ReadAsync();
        Assert.Equal(("n1", "1", "größe 🙂"), (first.GetProperty("node").GetString(), first.GetProperty("sequence").GetString(), first.GetProperty("texts")[0].GetString()));
        Assert.Equal(("3", "last"), (second.GetProperty("sequence").GetString(), second.GetProperty("texts")[0].GetString()));
        Assert.Equal(new PushCounters(3, 1, 2), pusher.Counters);
    }

    private async Task<WebApplication> StartCollectorAsync()
    {
        var collector = CollectorRole.Open(new CollectorSettings { DataDir = Path.Combine(_folder, "data") }, NullLogger.Instance);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        WebApplication app = builder.Build();
        app.Lifetime.ApplicationStopped.Register(collector.Dispose);
        collector.MapPush(app);
        await app.StartAsync();
        return app;
    }

    private static string AuthorityOf(WebApplication app) => new Uri(app.Urls.Single()).Authority;
}
