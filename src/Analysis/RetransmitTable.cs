using NodeBox.Store;

namespace NodeBox.Analysis;

/// <summary>Which calls sent data again: one row a scenario, kind, path and direction that did.</summary>
public static class RetransmitTable
{
    private const string Sql =
        """
        WITH events AS (SELECT flow_id, slice, count(*) AS events FROM retransmits GROUP BY flow_id, slice)
        SELECT series, coalesce(kind, 'any') AS kind, path, direction,
            sum(tx_segs) AS sent, sum(retrans_segs) AS segs, sum(retrans_bytes) AS bytes, sum(events) AS events,
            count(*) FILTER (retrans_segs > 0) AS touched, count(*) AS slices,
            count(DISTINCT task_id) FILTER (retrans_segs > 0) AS tasks
        FROM task_slices LEFT JOIN events USING (flow_id, slice)
        GROUP BY ALL HAVING sum(retrans_segs) > 0 ORDER BY segs DESC, series, kind, path, direction
        """;

    /// <summary>Null where flows were not measured; without rows where nothing was sent again.</summary>
    public static TextTable? Of(RunFolder folder)
    {
        if (!folder.TrafficMeasured)
        {
            return null;
        }

        return new TextTable(
            ["Call", "Path", "Sent by", "Segments", "Again", "Share (%)", "Bytes again", "Events", "Slices touched", "Tasks touched"],
            [.. folder.Query(Sql).Select(Cells)],
            "Each segment sent again belongs to the slice that sent its bytes first, however late it was. One event of the kernel may be "
            + "of several segments.");
    }

    private static IReadOnlyList<string> Cells(Row row) =>
    [
        $"{row.String("kind")}, {row.String("series")}",
        row.String("path"),
        row.String("direction") == "active" ? "client" : "server",
        Quantity.Number(row.Long("sent")),
        Quantity.Number(row.Long("segs")),
        row.Long("sent") == 0 ? TextTable.None : Quantity.Number(100.0 * row.Long("segs") / row.Long("sent")),
        Number(row.LongOrNull("bytes")),
        Number(row.LongOrNull("events")),
        $"{Quantity.Number(row.Long("touched"))} of {Quantity.Number(row.Long("slices"))}",
        Quantity.Number(row.Long("tasks")),
    ];

    private static string Number(long? value) => value is { } number ? Quantity.Number(number) : TextTable.NotMeasured;
}
