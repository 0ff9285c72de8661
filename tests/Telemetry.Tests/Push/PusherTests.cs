using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using NodeBox.Telemetry.Grpc;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.Tests.Grpc;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Tests.Push;

public sealed class PusherTests : IDisposable
{
    private static readonly Uri s_nobody = new("http://127.0.0.1:9");
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-pusher-").FullName;
    private readonly WarningLog _log = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_flush_with_nothing_to_say_returns_at_once()
    {
        await using TelemetryPusher pusher = Start(s_nobody);
        await pusher.FlushAsync(TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_flush_returns_when_everything_is_acknowledged()
    {
        ConcurrentQueue<Batch> received = [];
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<Batch, Ack>(TelemetryPusher.Method, Batch.Parser, (batches, _) => AckAll(batches, received)));
        await using TelemetryPusher pusher = Start(host.Address);
        for (int i = 0; i < 1234; i++)
        {
            pusher.Add(new LogLine { AtNs = i });
        }

        await pusher.FlushAsync(s_patience);
        Assert.Equal(new PushCounters(1234, 0, 1234), pusher.Counters);
        Assert.Equal(Enumerable.Range(0, 1234).Select(i => (long)i), received.SelectMany(batch => batch.Logs).Select(line => line.AtNs));
        Assert.All(received, batch => Assert.Equal(("n1", "boot", 16), (batch.Node, batch.BootId, batch.SpoolId.Length)));
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task Every_kind_of_record_arrives_as_itself()
    {
        ConcurrentQueue<Batch> received = [];
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<Batch, Ack>(TelemetryPusher.Method, Batch.Parser, (batches, _) => AckAll(batches, received)));
        await using TelemetryPusher pusher = Start(host.Address);
        pusher.Add(new SpanRecord { Name = "s" });
        pusher.Add(new FlowRecord { FlowId = "f" });
        pusher.Add(new RetransmitRecord { FlowId = "r" });
        pusher.Add(new SliceRecord { FlowId = "l" });
        pusher.Add(new TaskRecord { TaskKey = "t" });
        pusher.Add(new DropLedger { Probe = "p" });
        pusher.Add(new PacketRecord { Offset = 1 });
        pusher.Add(new LogLine { Text = "x" });
        await pusher.FlushAsync(s_patience);
        Batch all = new();
        foreach (Batch batch in received)
        {
            all.MergeFrom(batch);
        }

        Assert.Equal(("s", "f", "r", "l"), (all.Spans.Single().Name, all.Flows.Single().FlowId, all.Retransmits.Single().FlowId, all.Slices.Single().FlowId));
        Assert.Equal(("t", "p", 1, "x"), (all.Tasks.Single().TaskKey, all.Ledgers.Single().Probe, (int)all.Packets.Single().Offset, all.Logs.Single().Text));
    }

    [Fact]
    public async Task An_unreachable_collector_is_one_warning_and_a_flush_says_why_it_waits()
    {
        await using TelemetryPusher pusher = Start(s_nobody);
        pusher.Add(new LogLine());
        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(() => pusher.FlushAsync(TimeSpan.FromSeconds(3)));
        Assert.Contains("http://127.0.0.1:9", late.Message);
        Assert.Contains("refused", late.Message);
        string warning = Assert.Single(_log.Warnings);
        Assert.Contains("http://127.0.0.1:9", warning);
        Assert.Equal(new PushCounters(1, 0, 0), pusher.Counters);
    }

    [Fact]
    public async Task A_full_spool_drops_and_counts()
    {
        await using TelemetryPusher pusher = Start(s_nobody, settings => settings with { SpoolBytes = 10_000, BatchRecords = 10 });
        for (int i = 0; i < 1000; i++)
        {
            pusher.Add(new LogLine { Text = new string('x', 50) });
        }

        await Assert.ThrowsAsync<TimeoutException>(() => pusher.FlushAsync(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(1000, pusher.Counters.Enqueued);
        Assert.InRange(pusher.Counters.Dropped, 800, 900);
        Assert.Contains(_log.Warnings, warning => warning.Contains("takes no more telemetry"));
    }

    [Fact]
    public async Task A_full_buffer_and_a_giant_record_drop_and_count()
    {
        await using TelemetryPusher pusher = Start(s_nobody, settings => settings with { BufferRecords = 100, BatchInterval = TimeSpan.FromHours(1) });
        for (int i = 0; i < 150; i++)
        {
            pusher.Add(new LogLine());
        }

        Assert.Equal(new PushCounters(100, 50, 0), pusher.Counters);
        await Assert.ThrowsAsync<TimeoutException>(() => pusher.FlushAsync(TimeSpan.FromMilliseconds(1)));
        pusher.Add(new LogLine { Text = new string('x', 1 << 20) });
        Assert.Equal(51, pusher.Counters.Dropped);
    }

    [Fact]
    public async Task A_damaged_spool_is_reported_and_read_again()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<Batch, Ack>(TelemetryPusher.Method, Batch.Parser, (batches, _) => AckAll(batches, [])));
        PushSettings settings = SettingsFor(host.Address);
        using Spool spool = Spool.Open(_folder, settings.SpoolBytes);
        Assert.True(spool.TryAppend(new Batch(), 1));
        string segment = Directory.EnumerateFiles(_folder, "*.segment").Single();
        FlipLastByte(segment);
        using PushStream stream = new(settings, spool, _log);
        using CancellationTokenSource stopping = new();
        Task running = stream.RunAsync(stopping.Token);
        await UntilAsync(() => _log.Warnings.Any(warning => warning.Contains($"{segment} is damaged")));

        FlipLastByte(segment);
        await stream.WhenAckedAsync(spool.LastSequence).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        await stopping.CancelAsync();
        await running.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_spool_that_fails_when_a_batch_is_refused_is_reported_and_pushing_goes_on()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<Batch, Ack>(TelemetryPusher.Method, Batch.Parser, (batches, _) => AckAllBut(batches, "refused")));
        PushSettings settings = SettingsFor(host.Address);
        using Spool spool = Spool.Open(_folder, settings.SpoolBytes);
        Assert.True(spool.TryAppend(new Batch { Node = "refused" }, 3));

        // The segment stays open; the one behind it cannot be made.
        Directory.Delete(_folder, recursive: true);
        using PushStream stream = new(settings, spool, _log);
        using CancellationTokenSource stopping = new();
        Task running = stream.RunAsync(stopping.Token);
        await UntilAsync(() => _log.Warnings.Any(warning => warning.Contains($"the spool {_folder} fails")));
        await stream.WhenAckedAsync(spool.LastSequence).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal(3, stream.Refused);

        Directory.CreateDirectory(_folder);
        Assert.True(spool.TryAppend(new Batch(), 1));
        stream.Wake();
        await stream.WhenAckedAsync(spool.LastSequence).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal((1, 3), (stream.Acked, stream.Refused));
        await stopping.CancelAsync();
        await running.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Pushing_is_no_part_of_the_span_that_started_it()
    {
        ConcurrentQueue<string> headers = [];
        await using GrpcHost host = await GrpcHost.StartAsync(app =>
        {
            Microsoft.AspNetCore.Builder.UseExtensions.Use(app, (context, next) =>
            {
                headers.Enqueue(string.Join(' ', context.Request.Headers.Keys));
                return next(context);
            });
            app.MapDuplex<Batch, Ack>(TelemetryPusher.Method, Batch.Parser, (batches, _) => AckAll(batches, []));
        });
        using Activity activity = new("task");
        activity.Start();
        await using TelemetryPusher pusher = Start(host.Address);
        pusher.Add(new LogLine());
        await pusher.FlushAsync(s_patience);
        Assert.DoesNotContain("traceparent", Assert.Single(headers), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Threads_may_add_at_once()
    {
        ConcurrentQueue<Batch> received = [];
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<Batch, Ack>(TelemetryPusher.Method, Batch.Parser, (batches, _) => AckAll(batches, received)));
        await using TelemetryPusher pusher = Start(host.Address);
        Parallel.For(0, 20_000, i => pusher.Add(new LogLine { AtNs = i }));
        await pusher.FlushAsync(s_patience);
        Assert.Equal(20_000, received.SelectMany(batch => batch.Logs).Select(line => line.AtNs).Distinct().Count());
    }

    private static async IAsyncEnumerable<Ack> AckAll(IAsyncEnumerable<Batch> batches, ConcurrentQueue<Batch> received)
    {
        await foreach (Batch batch in batches)
        {
            received.Enqueue(batch);
            yield return new Ack { SpoolId = batch.SpoolId, Sequence = batch.Sequence };
        }
    }

    private static async IAsyncEnumerable<Ack> AckAllBut(IAsyncEnumerable<Batch> batches, string node)
    {
        await foreach (Batch batch in batches)
        {
            if (batch.Node == node)
            {
                throw new RpcException(StatusCode.InvalidArgument, $"{node} is not taken");
            }

            yield return new Ack { SpoolId = batch.SpoolId, Sequence = batch.Sequence };
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < s_patience);
            await Task.Delay(10);
        }
    }

    private static void FlipLastByte(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Seek(-1, SeekOrigin.End);
        byte last = (byte)file.ReadByte();
        file.Seek(-1, SeekOrigin.End);
        file.WriteByte((byte)~last);
    }

    private TelemetryPusher Start(Uri collector, Func<PushSettings, PushSettings>? change = null)
    {
        PushSettings settings = SettingsFor(collector);
        return TelemetryPusher.Start(change?.Invoke(settings) ?? settings, _log);
    }

    private PushSettings SettingsFor(Uri collector) => new()
    {
        Node = "n1",
        BootId = "boot",
        Collector = collector,
        SpoolDirectory = _folder,
        BatchInterval = TimeSpan.FromMilliseconds(10),
        MaxBackoff = TimeSpan.FromMilliseconds(200),
    };
}
