using NodeBox.Analysis.Metrics;

namespace NodeBox.Analysis.Tests.Metrics;

public sealed class SliceMetricsTests
{
    private static readonly Lazy<ScenarioSummary> s_baseline = new(() =>
    {
        using RunFolderBuilder builder = TwoTasksOnOneConnection();
        using RunFolder folder = builder.Open();
        return Summary.Of(folder).Scenarios["baseline"];
    });

    [Theory]
    [InlineData("flows_per_task", 1)]
    [InlineData("flows_all_per_task", 1.5)]
    [InlineData("connections_opened_per_task", 0.5)]
    [InlineData("tx_bytes_per_task", 75)]
    [InlineData("rx_bytes_per_task", 750)]
    [InlineData("up_down_ratio", 0.1)]
    [InlineData("packets_per_task", 2.5)]
    [InlineData("tx_segs_per_task", 1.5)]
    [InlineData("retrans_segs_per_task", 1)]
    [InlineData("retrans_bytes_per_task", 500)]
    [InlineData("tx_bursts_per_task", 2)]
    [InlineData("ttfb_service_us", 600)]
    [InlineData("ttfb_llm_all_us", 1)]
    [InlineData("longest_silence_us", 9)]
    [InlineData("min_rtt_us", 40)]
    [InlineData("handshake_rtt_us", 33)]
    [InlineData("rtt_p50_per_task_us", ((400 / 3.0) + 150) / 2)]
    public void A_shared_connection_counts_for_each_task_by_its_slices(string metric, double mean)
    {
        Assert.Equal(mean, Baseline().Metrics[metric].Mean, 9);
    }

    [Fact]
    public void Buckets_of_all_tasks_are_merged_and_values_spread_within_them()
    {
        // Two values up to 100, ten above 100 and up to 200, four of them at the server.
        MetricSummary rtt = Baseline().Metrics["rtt_us"];

        Assert.Equal((12, 140, 198.8), (rtt.N, Math.Round(rtt.P50, 9), Math.Round(rtt.P99, 9)));
        Assert.Equal(((2 * 50) + (10 * 150)) / 12.0, rtt.Mean, 9);
        Assert.Equal(8, Baseline().Metrics["rtt_client_us"].N);
        Assert.Equal(4, Baseline().Metrics["rtt_server_us"].N);
    }

    [Fact]
    public void A_bucket_without_an_upper_bound_stands_for_its_lower_one()
    {
        MetricSummary sizes = Baseline().Metrics["rx_seg_bytes"];

        Assert.Equal((4, 8948), (sizes.N, sizes.P99));
    }

    [Fact]
    public void The_kernels_estimate_is_the_last_one_of_an_end_that_had_samples()
    {
        Assert.Equal((1, 70), (Baseline().Metrics["srtt_us"].N, Baseline().Metrics["srtt_us"].Mean));
    }

    [Fact]
    public void Loopback_colours_no_links_figures()
    {
        Assert.DoesNotContain("ttfb_llm_us", Baseline().Metrics.Keys);
        Assert.DoesNotContain(Baseline().Metrics, metric => metric.Key.Contains("rtt", StringComparison.Ordinal) && metric.Value.P50 < 10);
    }

    [Fact]
    public void What_was_not_measured_is_absent()
    {
        Assert.DoesNotContain("rx_bursts_per_task", Baseline().Metrics.Keys);
        Assert.DoesNotContain("tx_gap_us", Baseline().Metrics.Keys);
    }

    [Fact]
    public void What_several_calls_share_is_nobodys()
    {
        using RunFolderBuilder builder = TwoTasksOnOneConnection().Change("n1", 40001, 1, "shared = true");
        using RunFolder folder = builder.Open();
        IReadOnlyDictionary<string, MetricSummary> metrics = Summary.Of(folder).Scenarios["baseline"].Metrics;

        Assert.Equal(25, metrics["tx_bytes_per_task"].Mean);
    }

    [Fact]
    public void Intervals_of_buckets_come_from_whole_tasks()
    {
        double[] interval = Baseline().Metrics["rtt_us"].Ci95["p50"];

        // Either task by itself, or both: nothing else can be drawn.
        Assert.Equal([133.333333, 150], interval.Select(bound => Math.Round(bound, 6)));
    }

    [Fact]
    public void A_folder_from_before_slices_opens_and_says_what_is_absent()
    {
        using RunFolderBuilder builder = new RunFolderBuilder { OlderThanSlices = true }
            .Task("t1", "baseline", 10).ToolCall("t1", "s1")
            .Connection("t1", 40001, up: 100, down: 50, rtt: 7);
        builder.Manifest["connections"] = "per_task";
        using RunFolder folder = builder.Open();
        IReadOnlyDictionary<string, MetricSummary> metrics = Summary.Of(folder).Scenarios["baseline"].Metrics;

        Assert.Equal((1, 100, 7, 14), (Mean("flows_per_task"), Mean("tx_bytes_per_task"), Mean("min_rtt_us"), Mean("srtt_us")));
        Assert.DoesNotContain("rtt_us", metrics.Keys);
        Assert.DoesNotContain("retrans_bytes_per_task", metrics.Keys);
        Assert.StartsWith("slices.parquet holds none", Assert.Single(folder.Notes), StringComparison.Ordinal);

        double Mean(string key) => metrics[key].Mean;
    }

    [Fact]
    public void Shared_connections_without_slices_tell_nothing_of_tasks()
    {
        using RunFolderBuilder builder = new RunFolderBuilder()
            .Task("t1", "baseline", 10).ToolCall("t1", "s1").Connection("t1", 40001, up: 100, down: 50);
        builder.Manifest["connections"] = "pooled";
        using RunFolder folder = builder.Open();

        Assert.DoesNotContain("flows_per_task", Summary.Of(folder).Scenarios["baseline"].Metrics.Keys);
        Assert.Contains("is not known", Assert.Single(folder.Notes), StringComparison.Ordinal);
    }

    private static ScenarioSummary Baseline() => s_baseline.Value;

    // t1 opens a connection that t2 uses after it; t1 also calls over loopback, as fast as loopback is.
    private static RunFolderBuilder TwoTasksOnOneConnection()
    {
        string fast = RunFolderBuilder.Histogram("us", (100, 2), (200, 2));
        string slow = RunFolderBuilder.Histogram("us", (200, 4));
        string sizes = RunFolderBuilder.Histogram("bytes", (1448, 1), (uint.MaxValue, 3));
        return new RunFolderBuilder()
            .Task("t1", "baseline", 10).Task("t2", "baseline", 10)
            .End(null, 40001, active: true, tx: 150, rx: 1500).End(null, 40001, active: false, tx: 1500, rx: 150)
            .ChangeFlow("n1", 40001, "handshake_rtt_us = 33")
            .Slice("n1", 40001, 0, "t1", "s1", "connection", 0, 0, "tx_segs = 0, rx_segs = 0, min_rtt_us = 40")
            .Exchange(
                40001, 1, "t1", "s1", "service", 100, 1000,
                client: $"ttfb_us = 500, longest_silence_us = 9, tx_bursts = 2, rtt_us = {fast}, min_rtt_us = 60, srtt_us = 70",
                server: $"retrans_segs = 2, retrans_bytes = 1000, rtt_us = {slow}, srtt_us = 500")
            .Exchange(
                40001, 2, "t2", "s2", "service", 50, 500,
                client: $"ttfb_us = 700, tx_segs = 2, rtt_us = [], srtt_us = 71, rx_seg_bytes = {sizes}")
            .Slice("n1", 40001, 3, "t2", "s3", "other", 0, 0, $"tx_segs = 0, rx_segs = 0, rtt_us = {slow}")
            .End(null, 40002, active: true, tx: 5, rx: 5, path: "loopback")
            .Slice("n1", 40002, 1, "t1", "s4", "llm", 5, 5, $"ttfb_us = 1, rtt_us = {RunFolderBuilder.Histogram("us", (2, 9))}");
    }
}
