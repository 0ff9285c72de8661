using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Telemetry.Grpc;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.V1;

namespace NodeBox.Tests.Probing;

/// <summary>A collector that keeps what is pushed in memory, and a pusher to it.</summary>
internal sealed class PushSink : IAsyncDisposable
{
    private readonly Folder _spool = new();
    private readonly ConcurrentQueue<FlowRecord> _flows = [];
    private readonly ConcurrentQueue<SliceRecord> _slices = [];
    private readonly ConcurrentQueue<PacketRecord> _packets = [];
    private WebApplication _app = null!;

    public TelemetryPusher Pusher { get; private set; } = null!;

    public static async Task<PushSink> StartAsync()
    {
        var sink = new PushSink();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        sink._app = builder.Build();
        sink._app.MapDuplex<Batch, Ack>(TelemetryPusher.Method, Batch.Parser, sink.TakeAsync);
        await sink._app.StartAsync();
        var settings = new PushSettings
        {
            Node = "n1",
            BootId = "b",
            Collector = new Uri(sink._app.Urls.Single()),
            SpoolDirectory = sink._spool.Path,
        };
        sink.Pusher = TelemetryPusher.Start(settings, NullLogger.Instance);
        return sink;
    }

    /// <summary>The last record of each flow of a port, active ones first: an open flow's is replaced when it ends.</summary>
    public IReadOnlyList<FlowRecord> FlowsOf(int port) =>
    [
        .. _flows.Where(flow => flow.LocalPort == port || flow.RemotePort == port)
            .GroupBy(static flow => flow.FlowId)
            .Select(static records => records.Last())
            .OrderBy(static flow => flow.Direction),
    ];

    /// <summary>The last record of each slice of a port's flows, in order.</summary>
    public IReadOnlyList<SliceRecord> SlicesOf(int port)
    {
        HashSet<string> flows = [.. FlowsOf(port).Select(static flow => flow.FlowId)];
        return
        [
            .. _slices.Where(slice => flows.Contains(slice.FlowId))
                .GroupBy(static slice => (slice.FlowId, slice.Slice))
                .Select(static records => records.Last())
                .OrderBy(static slice => slice.FlowId)
                .ThenBy(static slice => slice.Slice),
        ];
    }

    /// <summary>Every packet of a flow.</summary>
    public IReadOnlyList<PacketRecord> PacketsOf(string flowId) => [.. _packets.Where(packet => packet.FlowId == flowId)];

    public async ValueTask DisposeAsync()
    {
        await Pusher.DisposeAsync();
        await _app.DisposeAsync();
        _spool.Dispose();
    }

    private async IAsyncEnumerable<Ack> TakeAsync(IAsyncEnumerable<Batch> batches, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (Batch batch in batches.WithCancellation(cancellation))
        {
            foreach (FlowRecord flow in batch.Flows)
            {
                _flows.Enqueue(flow);
            }

            foreach (SliceRecord slice in batch.Slices)
            {
                _slices.Enqueue(slice);
            }

            foreach (PacketRecord packet in batch.Packets)
            {
                _packets.Enqueue(packet);
            }

            yield return new Ack { SpoolId = batch.SpoolId, Sequence = batch.Sequence };
        }
    }
}
