using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;
using NodeBox.Store;

namespace NodeBox.Analysis;

/// <summary>What each kind of call did to the network: one row a scenario, kind and path.</summary>
public static class CallTable
{
    private const string Key = "concat_ws(' ', series, kind, path)";

    // Rows of a kind stand together, so that the same call is compared across scenarios.
    private const string Sql =
        $"""
        SELECT {Key} AS key, series, kind, path,
            count(DISTINCT span_id) FILTER (direction = 'active') AS calls, count(*) FILTER (direction = 'active') AS exchanges,
            avg(tx_bytes) FILTER (direction = 'active') AS up, avg(rx_bytes) FILTER (direction = 'active') AS down,
            avg(tx_segs) FILTER (direction = 'active') AS up_segs, avg(rx_segs) FILTER (direction = 'active') AS down_segs,
            quantile_cont(ttfb_us, 0.5) FILTER (direction = 'active') / 1e3 AS ttfb_p50,
            quantile_cont(ttfb_us, 0.99) FILTER (direction = 'active') / 1e3 AS ttfb_p99,
            sum(retrans_segs) AS retrans_segs, sum(tx_segs) AS sent_segs
        FROM task_slices WHERE kind IS NOT NULL
        GROUP BY ALL
        HAVING kind <> 'connection' OR sum(tx_bytes + rx_bytes) > 0
        """;

    private static readonly string[] s_kinds = ["llm", "tool", "agent", "service", "connection", "other"];

    /// <summary>Null where flows were not cut into slices.</summary>
    public static TextTable? Of(RunFolder folder)
    {
        if (!folder.SlicesMeasured)
        {
            return null;
        }

        IReadOnlyDictionary<string, BucketedSample> rtts = MetricValues.Merge(
            folder.Query(Views.Buckets("task_slices", Key, "rtt_us", "us")));
        IEnumerable<IReadOnlyList<string>> rows =
            from row in folder.Query(Sql).ToList()
            orderby OrderOf(row.String("kind")), folder.Scenarios.ToList().IndexOf(row.String("series")), row.String("path")
            select Cells(row, rtts.GetValueOrDefault(row.String("key"))?.Pooled);
        return new TextTable(
            ["", "Calls", "Bytes up / down", "Segments up / down", "RTT p50 / p99 (µs)", "First byte p50 / p99 (ms)", "Retransmits"],
            [.. rows],
            "A call that took several exchanges says in how many. Bytes and segments are means of an exchange as the client saw it. RTTs are those of every ACK at both ends, the first byte is "
            + "that of the response after the first of the request, retransmitted segments are of both ends.");
    }

    private static IReadOnlyList<string> Cells(Row row, Histogram? rtt)
    {
        string kind = row.String("kind");
        return
        [
            $"{kind}, {row.String("series")}{(row.String("path") == "loopback" ? ", loopback" : "")}",
            kind == "connection" ? "" : Calls(row.Long("calls"), row.Long("exchanges")),
            Two(row.DoubleOrNull("up"), row.DoubleOrNull("down")),
            Two(row.DoubleOrNull("up_segs"), row.DoubleOrNull("down_segs")),
            Two(rtt?.Quantile(0.5), rtt?.Quantile(0.99)),
            Two(row.DoubleOrNull("ttfb_p50"), row.DoubleOrNull("ttfb_p99")),
            row.Long("sent_segs") == 0
                ? TextTable.None
                : $"{Quantity.Number(row.Long("retrans_segs"))} of {Quantity.Number(row.Long("sent_segs"))}",
        ];
    }

    private static string Calls(long calls, long exchanges) =>
        calls == exchanges ? Quantity.Number(calls) : $"{Quantity.Number(calls)} in {Quantity.Number(exchanges)}";

    private static string Two(double? first, double? second) =>
        first is null && second is null ? TextTable.None : $"{Number(first)} / {Number(second)}";

    private static string Number(double? value) => value is { } number ? Quantity.Number(number) : TextTable.None;

    private static int OrderOf(string kind) => Array.IndexOf(s_kinds, kind) is var at and >= 0 ? at : int.MaxValue;
}
