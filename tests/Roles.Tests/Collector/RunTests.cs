using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NodeBox.Store;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Tests.Collector;

public sealed class RunTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-collector-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_has_what_was_pushed_between_its_start_and_its_end()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await using TelemetryPusher pusher = host.StartPusher("n1", Path.Combine(_folder, "spool"));
        pusher.Add(Records.Span(1));
        await pusher.FlushAsync(s_patience);

        await host.StartRunAsync("run-1");
        pusher.Add(Records.Span(2));
        await pusher.FlushAsync(s_patience);
        JsonElement reply = await host.FinishRunAsync("run-1");

        pusher.Add(Records.Span(3));
        await pusher.FlushAsync(s_patience);
        Assert.Equal(
            ["tasks.parquet", "spans.parquet", "flows.parquet", "slices.parquet", "retransmits.parquet"],
            reply.GetProperty("files").EnumerateArray().Select(file => file.GetString()));
        Row span = (await host.QueryAsync("run-1", "spans.parquet", "SELECT run_id, node, span_id, attributes FROM f")).Single();
        Assert.Equal(("run-1", "n1", "0000000000000002", "{}"), (span.String(0), span.String(1), span.String(2), span.String(3)));
    }

    [Fact]
    public async Task The_files_have_exactly_the_columns_of_the_contract()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await host.StartRunAsync("empty");
        await host.FinishRunAsync("empty");
        foreach (Table table in Tables.All)
        {
            Result columns = await host.QueryAsync("empty", table.Name + ".parquet", "DESCRIBE f");
            Assert.Equal(table.Columns, columns.Select(row => (row.String(0), row.String(1))));
        }
    }

    [Fact]
    public async Task Calls_of_a_task_are_counted_on_its_client_spans()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await using TelemetryPusher pusher = host.StartPusher("n1", Path.Combine(_folder, "spool"));
        await host.StartRunAsync("calls");
        pusher.Add(Records.Task(1));
        pusher.Add(Records.Task(2));
        long next = 0;
        foreach (string call in (string[])["llm", "llm", "llm", "tool", "tool", "agent", "service", "", "discovery"])
        {
            pusher.Add(Records.Span(++next, task: 1, "client", call));
            pusher.Add(Records.Span(++next, task: 1, "server", call));
            pusher.Add(Records.Span(++next, task: 3, "client", call));
        }

        await pusher.FlushAsync(s_patience);
        await host.FinishRunAsync("calls");
        Result tasks = await host.QueryAsync(
            "calls",
            "tasks.parquet",
            "SELECT task_key, llm_calls, tool_calls, agent_messages, service_calls, rep, scenario, variant, outcome, end_ns - begin_ns FROM f ORDER BY task_key");
        Assert.Equal(
            [("k1", 3, 2, 1, 1), ("k2", 0L, 0L, 0L, 0L)],
            tasks.Select(row => (row.String(0), row.Long(1), row.Long(2), row.Long(3), row.Long(4))));
        Row first = tasks.First();
        Assert.Equal((1, "agentic-simple", "default", "ok", 1000), (first.Long(5), first.String(6), first.String(7), first.String(8), first.Long(9)));
    }

    [Fact]
    public async Task The_last_record_of_a_flow_wins_at_each_node()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await using TelemetryPusher one = host.StartPusher("n1", Path.Combine(_folder, "spool1"));
        await using TelemetryPusher two = host.StartPusher("n2", Path.Combine(_folder, "spool2"));
        await host.StartRunAsync("flows");
        one.Add(Records.Flow("a", null, 10));
        await one.FlushAsync(s_patience);
        one.Add(Records.Flow("a", Records.EpochNs + 5, 20));
        one.Add(Records.Flow("b", null, 30));
        two.Add(Records.Flow("a", null, 40));
        await one.FlushAsync(s_patience);
        await two.FlushAsync(s_patience);
        await host.FinishRunAsync("flows");
        Result flows = await host.QueryAsync("flows", "flows.parquet", "SELECT node, flow_id, end_ns, tx_bytes, min_rtt_us, netns FROM f ORDER BY tx_bytes");
        Assert.Equal(
            [("n1", "a", Records.EpochNs + 5, 20), ("n1", "b", null, 30), ("n2", "a", (long?)null, 40L)],
            flows.Select(row => (row.String(0), row.String(1), row.LongOrNull(2), row.Long(3))));
        Assert.All(flows, row => Assert.Null(row.LongOrNull(4)));
        Assert.All(flows, row => Assert.Equal(4_026_531_840, row.Long(5)));
    }

    [Fact]
    public async Task Logs_ledgers_and_retransmits_come_with_the_run()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await using TelemetryPusher pusher = host.StartPusher("n1", Path.Combine(_folder, "spool"));
        await host.StartRunAsync("rest");
        pusher.Add(new LogLine { AtNs = Records.EpochNs + 1000, Level = "warning", Text = "zwei\nlines ü" });
        pusher.Add(new LogLine { AtNs = Records.EpochNs, Level = "info", Text = "first" });
        pusher.Add(new DropLedger { Probe = "flows", Seen = 1, Emitted = 1 });
        pusher.Add(new DropLedger { Probe = "flows", Seen = 9, Emitted = 8, Dropped = 1, Missed = 2, Figures = { "rtt", "slices" } });
        pusher.Add(new RetransmitRecord { FlowId = "a", AtNs = 3, SeqBegin = uint.MaxValue, SeqEnd = 5, Bytes = 6, Segs = 1, State = "ESTABLISHED" });
        await pusher.FlushAsync(s_patience);
        JsonElement reply = await host.FinishRunAsync("rest");

        Assert.Equal("logs/n1.log", reply.GetProperty("files").EnumerateArray().Last().GetString());
        string log = await host.Api.GetStringAsync("api/runs/rest/files/logs/n1.log", TestContext.Current.CancellationToken);
        Assert.Equal("2026-09-21T14:13:20.000000Z info first\n2026-09-21T14:13:20.000001Z warning zwei\\nlines ü\n", log);
        JsonElement ledger = Assert.Single(reply.GetProperty("ledgers").EnumerateArray());
        Assert.Equal((9, 8, 1, 2), (
            ledger.GetProperty("seen").GetInt64(),
            ledger.GetProperty("emitted").GetInt64(),
            ledger.GetProperty("dropped").GetInt64(),
            ledger.GetProperty("missed").GetInt64()));
        Assert.Equal(["rtt", "slices"], ledger.GetProperty("figures").EnumerateArray().Select(static figure => figure.GetString()));
        Row retransmit = (await host.QueryAsync("rest", "retransmits.parquet", "SELECT flow_id, slice, seq_begin, state FROM f")).Single();
        Assert.Equal(("a", null, uint.MaxValue, "ESTABLISHED"), (retransmit.String(0), retransmit.LongOrNull(1), retransmit.Long(2), retransmit.String(3)));
    }

    [Fact]
    public async Task The_last_record_of_a_slice_wins_at_each_node_with_its_histograms()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await using TelemetryPusher one = host.StartPusher("n1", Path.Combine(_folder, "spool1"));
        await using TelemetryPusher two = host.StartPusher("n2", Path.Combine(_folder, "spool2"));
        await host.StartRunAsync("slices");
        one.Add(Records.Slice("a", 0, 10));
        one.Add(Records.Slice("a", 1, 20));
        two.Add(Records.Slice("a", 1, 30));
        await one.FlushAsync(s_patience);
        one.Add(Records.Slice("a", 0, 11));
        await one.FlushAsync(s_patience);
        await two.FlushAsync(s_patience);
        await host.FinishRunAsync("slices");

        Result slices = await host.QueryAsync("slices", "slices.parquet", "SELECT node, slice, tx_bytes, kind, span_id, segs_exact FROM f ORDER BY tx_bytes");
        Assert.Equal([("n1", 0, 11), ("n1", 1L, 20), ("n2", 1L, 30L)], slices.Select(row => (row.String(0), row.Long(1), row.Long(2))));
        Assert.All(slices, row => Assert.Equal(("llm", true), (row.String(3), row.Bool(5))));
        Row shape = (await host.QueryAsync(
            "slices",
            "slices.parquet",
            """
            SELECT rtt_us[1].le_us, list_sum([bucket.count FOR bucket IN rtt_us]), tx_bursts, rx_bursts, tx_burst_bytes[1].le_bytes,
              len(rx_burst_bytes), tx_seg_bytes[1].count, ttfb_us, longest_silence_us, missing[2], typeof(rx_gap_us)
            FROM f LIMIT 1
            """)).Single();
        Assert.Equal((33, 3, 3, 0, 1023), (shape.Long(0), shape.Long(1), shape.Long(2), shape.Long(3), shape.Long(4)));
        Assert.Equal((0, 4, 5, null, "cuts"), (shape.Long(5), shape.Long(6), shape.Long(7), shape.LongOrNull(8), shape.String(9)));
        Assert.Equal("STRUCT(le_us BIGINT, count BIGINT)[]", shape.String(10));
    }

    [Fact]
    public async Task A_flow_without_a_shape_has_no_distributions()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await using TelemetryPusher pusher = host.StartPusher("n1", Path.Combine(_folder, "spool"));
        await host.StartRunAsync("bare");
        FlowRecord told = Records.Flow("told", null, 2);
        (told.RetransBytes, told.HandshakeRttUs, told.ZeroWindows, told.OutOfOrderSegs, told.Error) = (3, 4, 5, 6, "ECONNREFUSED");
        told.Shape = new TrafficShape { RttUs = { new HistogramBucket { Le = 9, Count = 1 } } };
        pusher.Add(Records.Flow("bare", null, 1));
        pusher.Add(told);
        await pusher.FlushAsync(s_patience);
        await host.FinishRunAsync("bare");
        Result flows = await host.QueryAsync(
            "bare",
            "flows.parquet",
            """
            SELECT coalesce(len(rtt_us), -1), coalesce(tx_bursts, -1), coalesce(len(tx_seg_bytes), -1), coalesce(len(missing), -1),
              retrans_bytes, coalesce(handshake_rtt_us, -1), coalesce(zero_windows, -1), coalesce(out_of_order_segs, -1), coalesce(error, '-')
            FROM f ORDER BY tx_bytes
            """);
        Assert.Equal(
            ["-1 -1 -1 -1 0 -1 -1 -1 -", "1 -1 -1 0 3 4 5 6 ECONNREFUSED"],
            flows.Select(static row => $"{string.Join(' ', Enumerable.Range(0, 8).Select(row.Long))} {row.String(8)}"));
    }

    [Fact]
    public async Task Packets_have_a_file_only_where_there_are_any()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await using TelemetryPusher pusher = host.StartPusher("n1", Path.Combine(_folder, "spool"));
        await host.StartRunAsync("without");
        Assert.DoesNotContain("packets", (await host.FinishRunAsync("without")).GetRawText());

        await host.StartRunAsync("with");
        pusher.Add(new PacketRecord { FlowId = "a", Slice = 2, AtNs = 3, Direction = "rx", Offset = 1L << 40, Bytes = 5, Segs = 6 });
        pusher.Add(new PacketRecord { FlowId = "a", AtNs = 2, Direction = "tx" });
        await pusher.FlushAsync(s_patience);
        Assert.Contains("packets.parquet", (await host.FinishRunAsync("with")).GetRawText());
        Result packets = await host.QueryAsync("with", "packets.parquet", "SELECT slice, node, at_ns, direction, offset_bytes, bytes, segs FROM f");
        Assert.Equal([(null, "tx", 0), (2, "rx", 1L << 40)], packets.Select(static row => (row.LongOrNull(0), row.String(3), row.Long(4))));
    }

    [Fact]
    public async Task One_run_at_a_time()
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await host.StartRunAsync("one");
        using HttpResponseMessage second = await host.PostAsync("api/runs", """{"run_id":"two"}""");
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Contains("run one is active", await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using HttpResponseMessage wrong = await host.PostAsync("api/runs/two/finish", "");
        Assert.Equal(HttpStatusCode.NotFound, wrong.StatusCode);
        using HttpResponseMessage dropped = await host.Api.DeleteAsync("api/runs/one", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, dropped.StatusCode);
        await host.StartRunAsync("two");
        JsonElement health = await host.Api.GetFromJsonAsync<JsonElement>("health", TestContext.Current.CancellationToken);
        Assert.Equal("two", health.GetProperty("active_run").GetString());
    }

    [Fact]
    public async Task An_active_run_survives_a_restart()
    {
        string data = Path.Combine(_folder, "data");
        string spool = Path.Combine(_folder, "spool");
        await using (CollectorHost host = await CollectorHost.StartAsync(data))
        {
            await host.StartRunAsync("long");
            await using TelemetryPusher pusher = host.StartPusher("n1", spool);
            pusher.Add(Records.Span(1));
            await pusher.FlushAsync(s_patience);
        }

        await using CollectorHost again = await CollectorHost.StartAsync(data);
        await using TelemetryPusher later = again.StartPusher("n1", spool);
        later.Add(Records.Span(2));
        await later.FlushAsync(s_patience);
        await again.FinishRunAsync("long");
        Assert.Equal(2, (await again.QueryAsync("long", "spans.parquet", "SELECT count(*) FROM f")).Single().Long(0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"run_id":"../../etc"}""")]
    [InlineData("""{"run_id":"it's"}""")]
    [InlineData("""{"run_id":7}""")]
    public async Task Refuses_a_run_without_a_proper_name(string body)
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        using HttpResponseMessage response = await host.PostAsync("api/runs", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("run_id", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("api/runs/r/files/none.parquet")]
    [InlineData("api/runs/r/files/..%2f..%2fcollector.duckdb")]
    [InlineData("api/runs/r/files/%2fetc%2fpasswd")]
    [InlineData("api/runs/..%2f..%2fdata/files/collector.duckdb")]
    [InlineData("api/runs/none/files/spans.parquet")]
    [InlineData("api/runs/r/files/logs")]
    public async Task Serves_no_file_but_the_runs_own(string path)
    {
        await using CollectorHost host = await CollectorHost.StartAsync(Path.Combine(_folder, "data"));
        await host.StartRunAsync("r");
        await host.FinishRunAsync("r");
        using HttpResponseMessage response = await host.Api.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
