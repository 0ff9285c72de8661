using System.Net;
using NodeBox.Accounting.Tests.Truth;
using NodeBox.Smoke.Tests.Runs;
using NodeBox.Store;

namespace NodeBox.Accounting.Tests.Comparing;

/// <summary>Reads what a run recorded.</summary>
internal static class Records
{
    private const string FlowsQuery =
        """
        SELECT flow_id, node, direction, local_addr, local_port, remote_addr, remote_port, begin_ns, end_ns,
            tx_bytes, rx_bytes, tx_segs, rx_segs, retrans_segs, coalesce(retrans_bytes, 0) AS retrans_bytes
        FROM flows ORDER BY begin_ns
        """;

    private const string SlicesQuery =
        """
        SELECT flow_id, slice, task_id, span_id, kind, tx_bytes, rx_bytes, tx_segs, rx_segs, retrans_segs, retrans_bytes,
            segs_exact, shared, coalesce(array_to_string([figure FOR figure IN missing IF NOT ends_with(figure, '_divided')], ','), '') AS missing
        FROM slices ORDER BY flow_id, slice
        """;

    private const string RetransmitsQuery =
        "SELECT flow_id, coalesce(slice, -1) AS slice, sum(segs)::BIGINT AS segs FROM retransmits GROUP BY ALL";

    /// <summary>The flows of a run folder, with their slices.</summary>
    public static IReadOnlyList<RecordedFlow> Read(RunTables tables)
    {
        ILookup<string, RecordedSlice> slices = tables.Query(SlicesQuery).ToLookup(static row => row.String("flow_id"), SliceOf);
        ILookup<string, Row> retransmits = tables.Query(RetransmitsQuery).ToLookup(static row => row.String("flow_id"));
        List<RecordedFlow> flows = [];
        foreach (Row row in tables.Query(FlowsQuery))
        {
            string id = row.String("flow_id");
            flows.Add(new RecordedFlow(
                id,
                row.String("node"),
                row.String("direction") == "active",
                EndPointOf(row, "local"),
                EndPointOf(row, "remote"),
                row.Long("begin_ns"),
                !row.IsNull("end_ns"),
                TrafficOf(row),
                [.. slices[id]],
                retransmits[id].ToDictionary(static row => row.Long("slice"), static row => row.Long("segs"))));
        }

        string[] orphans = [.. slices.Select(static group => group.Key).Except(flows.Select(static flow => flow.Id))];
        Assert.True(orphans.Length == 0, $"slices of flows that are not in flows.parquet: {string.Join(", ", orphans)}");
        return flows;
    }

    private static RecordedSlice SliceOf(Row row) => new(
        row.Long("slice"),
        row.StringOrNull("task_id"),
        row.StringOrNull("span_id"),
        row.String("kind"),
        TrafficOf(row),
        row.Bool("segs_exact"),
        row.Bool("shared"),
        row.String("missing"));

    private static Traffic TrafficOf(Row row) => new(
        row.Long("tx_bytes"),
        row.Long("rx_bytes"),
        row.Long("tx_segs"),
        row.Long("rx_segs"),
        row.Long("retrans_segs"),
        row.Long("retrans_bytes"));

    private static IPEndPoint EndPointOf(Row row, string end) =>
        new(IPAddress.Parse(row.String($"{end}_addr")), (int)row.Long($"{end}_port"));
}
