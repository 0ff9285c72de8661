using NodeBox.Store;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Tests.Collector;

public sealed class ExactlyOnceTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-exactly-").FullName;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_collector_that_dies_between_commit_and_ack_makes_no_duplicates()
    {
        await StartRunAsync();
        string spool = Path.Combine(_folder, "spool");
        TelemetryPusher pusher;
        int port;
        int acksWithheld = 0;

        // Every byte of the answer, and so every ack, is swallowed; the commits behind them are not.
        await using (CollectorHost mute = await CollectorHost.StartAsync(Data, beforePush: (context, next) =>
        {
            context.Response.Body = Stream.Null;
            Interlocked.Increment(ref acksWithheld);
            return next(context);
        }))
        {
            port = mute.PushAddress.Port;
            pusher = mute.StartPusher("n1", spool);
            for (int i = 1; i <= 1000; i++)
            {
                pusher.Add(Records.Span(i));
            }

            // All must be committed by then.
            await Assert.ThrowsAsync<TimeoutException>(() => pusher.FlushAsync(TimeSpan.FromSeconds(5)));
            Assert.Equal(0, pusher.Counters.Acked);
        }

        Assert.True(acksWithheld > 0);
        Assert.Equal((1000, 1000), CountSpans());
        await using (CollectorHost host = await CollectorHost.StartAsync(Data, port))
        {
            pusher.Add(Records.Span(1001));
            await pusher.FlushAsync(s_patience);
        }

        Assert.Equal(new PushCounters(1001, 0, 1001), pusher.Counters);
        await pusher.DisposeAsync();
        Assert.Equal((1001, 1001), CountSpans());
    }

    [Fact]
    public async Task A_node_that_dies_with_a_full_spool_loses_nothing()
    {
        await StartRunAsync();
        string spool = Path.Combine(_folder, "spool");
        await using (TelemetryPusher first = CollectorHost.StartPusher(new Uri("http://127.0.0.1:9"), "n1", spool))
        {
            for (int i = 1; i <= 5000; i++)
            {
                first.Add(Records.Span(i));
            }
        }

        await using (CollectorHost host = await CollectorHost.StartAsync(Data))
        await using (TelemetryPusher second = host.StartPusher("n1", spool))
        {
            await second.FlushAsync(s_patience);
            second.Add(Records.Span(5001));
            await second.FlushAsync(s_patience);
            Assert.Equal(5001, second.Counters.Acked);
        }

        Assert.Equal((5001, 5001), CountSpans());
    }

    [Fact]
    public async Task A_hundred_thousand_spans_are_exported_through_restarts_of_the_collector()
    {
        const int Spans = 100_000;
        await StartRunAsync();
        CollectorHost host = await CollectorHost.StartAsync(Data);
        int port = host.PushAddress.Port;
        await using TelemetryPusher pusher = host.StartPusher("n1", Path.Combine(_folder, "spool"));
        for (int i = 1; i <= Spans; i++)
        {
            pusher.Add(Records.Span(i, task: i % 100));
            if (i % 25_000 == 0)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
                await host.DisposeAsync();
                host = await CollectorHost.StartAsync(Data, port);
            }
        }

        await pusher.FlushAsync(s_patience);
        Assert.Equal(new PushCounters(Spans, 0, Spans), pusher.Counters);
        await host.FinishRunAsync("run");
        Row exported = (await host.QueryAsync("run", "spans.parquet", "SELECT count(*), count(DISTINCT span_id) FROM f")).Single();
        Assert.Equal((Spans, Spans), (exported.Long(0), exported.Long(1)));
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_that_the_collector_refuses_is_counted_and_holds_up_no_other()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Data);
        await using TelemetryPusher pusher = host.StartPusher("n1", Path.Combine(_folder, "spool"));
        pusher.Add(Records.Span(1));
        await pusher.FlushAsync(s_patience);
        pusher.Add(new SpanRecord { TaskId = Records.TaskId(1), SpanId = Records.SpanId(2), Attributes = "no json" });
        await pusher.FlushAsync(s_patience);
        pusher.Add(Records.Span(3));
        await pusher.FlushAsync(s_patience);
        Assert.Equal(new PushCounters(3, 1, 2), pusher.Counters);
    }

    private async Task StartRunAsync()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Data);
        await host.StartRunAsync("run");
    }

    /// <summary>Opens what the stopped collector left on disk.</summary>
    private (long Rows, long Spans) CountSpans()
    {
        using var database = Database.Open(Path.Combine(Data, "collector.duckdb"));
        using Connection connection = database.Connect();
        Row row = connection.Query("SELECT count(*), count(DISTINCT span_id) FROM spans WHERE run_id = 'run'").Single();
        return (row.Long(0), row.Long(1));
    }
}
