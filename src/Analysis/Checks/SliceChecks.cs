using NodeBox.Store;

namespace NodeBox.Analysis.Checks;

/// <summary>Whether slices hold every call, and all bytes of the flows that they are parts of.</summary>
internal static class SliceChecks
{
    internal const string WhyNotMeasured = "flows were not cut into slices";

    /// <summary>
    /// The spans of calls at both ends, and those whose end of the connection has no slice; both ends' slices name the client's span. A
    /// call that failed may have had no connection.
    /// </summary>
    private const string SpansOfCalls =
        $"""
        WITH calls AS (SELECT * FROM ({CallChecks.Calls}) SEMI JOIN tasks USING (task_id) WHERE call IS NOT NULL),
        ends AS (
            SELECT direction, task_id, span_id, true AS sliced
            FROM (SELECT flow_id, node, task_id, span_id FROM slices WHERE kind <> 'connection')
                JOIN (SELECT flow_id, node, direction FROM flows) USING (flow_id, node)
            GROUP BY ALL),
        call_spans AS (
            SELECT 'active' AS direction, task_id, span_id, node, name FROM calls WHERE status = 'ok'
            UNION ALL
            SELECT 'passive', task_id, parent_span_id, node, name FROM spans
            WHERE kind = 'server' AND (task_id, parent_span_id) IN (SELECT (task_id, span_id) FROM calls))
        SELECT count(*) AS spans, count(*) FILTER (sliced IS NULL) AS bare,
            min(name || ' on ' || node || ', task ' || task_id) FILTER (sliced IS NULL) AS example
        FROM call_spans LEFT JOIN ends USING (direction, task_id, span_id)
        WHERE node IN (FROM measuring_nodes)
        """;

    /// <summary>
    /// What each end of a connection holds of each call, next to the other end. A connection that did not end by FIN may have lost bytes.
    /// </summary>
    private const string Exchanges =
        """
        WITH ends AS (
            SELECT flow_id, node, span_id, min(task_id) AS task_id, min(kind) AS kind, sum(tx_bytes) AS tx_bytes, sum(rx_bytes) AS rx_bytes
            FROM slices WHERE span_id IS NOT NULL AND kind <> 'connection' AND shared IS NOT true
            GROUP BY flow_id, node, span_id),
        whole AS (SELECT flow_id, node FROM flows WHERE coalesce(close_reason, 'FIN') = 'FIN'),
        exchanges AS (
            SELECT here.*, there.span_id IS NULL AS alone,
                here.tx_bytes <> there.rx_bytes OR here.rx_bytes <> there.tx_bytes AS bytes_differ,
                here.task_id IS DISTINCT FROM there.task_id AS tasks_differ, here.kind IS DISTINCT FROM there.kind AS kinds_differ
            FROM ends AS here SEMI JOIN whole USING (flow_id, node) JOIN flow_pairs USING (flow_id, node)
                SEMI JOIN (SELECT flow_id AS peer_flow_id, node AS peer_node FROM whole) USING (peer_flow_id, peer_node)
                LEFT JOIN ends AS there
                    ON there.flow_id = peer_flow_id AND there.node = peer_node AND there.span_id = here.span_id)
        SELECT count(*) AS ends, count(*) FILTER (alone) AS alone, count(*) FILTER (NOT alone AND bytes_differ) AS bytes_differ,
            count(*) FILTER (NOT alone AND tasks_differ) AS tasks_differ, count(*) FILTER (NOT alone AND kinds_differ) AS kinds_differ,
            min(kind || ' on ' || node || ', span ' || span_id) FILTER (alone OR bytes_differ OR tasks_differ OR kinds_differ) AS example
        FROM exchanges
        """;

    // The slice of a multiplexed connection goes on while its flow is looked at, so that only its end can tell both the same.
    private const string Sums =
        """
        WITH sums AS (
            SELECT flow_id, node, sum(tx_bytes) AS tx, sum(rx_bytes) AS rx, bool_or(shared) AS shared FROM slices GROUP BY flow_id, node)
        SELECT count(*) FILTER (known) AS flows, count(*) FILTER (known AND wrong) AS wrong, count(*) FILTER (NOT known) AS unknown,
            min(node || ' ' || flow_id) FILTER (wrong OR NOT known) AS example
        FROM (
            SELECT flow_id, node, flows.tx_bytes IS NOT NULL AS known, tx_bytes <> tx OR rx_bytes <> rx AS wrong
            FROM sums LEFT JOIN flows USING (flow_id, node) WHERE end_ns IS NOT NULL OR shared IS NOT true)
        """;

    private const string Strangers =
        """
        SELECT count(*) AS slices, count(*) FILTER (stranger) AS strangers, min(task_id) FILTER (stranger) AS example
        FROM (SELECT task_id, task_id NOT IN (SELECT task_id FROM tasks) AS stranger FROM slices WHERE task_id IS NOT NULL)
        """;

    private const string Inexact = "SELECT count(*) AS slices, count(*) FILTER (segs_exact = false) AS inexact FROM slices";

    public static Check EveryCallHasSlices(RunFolder folder)
    {
        const string Name = "Every call's span, at the client and at the server, has a slice at its end of the connection";
        return Count(folder, Name, SpansOfCalls, "spans", [("bare", "without a slice")]);
    }

    public static Check BothEndsAgree(RunFolder folder) => Count(
        folder,
        "Both ends of every exchange have the same payload bytes, task and kind",
        Exchanges,
        "ends",
        [
            ("alone", "without the other end"),
            ("bytes_differ", "with other bytes"),
            ("tasks_differ", "with another task"),
            ("kinds_differ", "of another kind"),
        ]);

    public static Check SumToFlows(RunFolder folder) => Count(
        folder,
        "The slices of a flow have as many payload bytes as the flow",
        Sums,
        "flows",
        [("wrong", "with other sums"), ("unknown", "without a record")]);

    public static Check TasksExist(RunFolder folder) =>
        Count(folder, "No slice names a task that is not there", Strangers, "slices", [("strangers", "of unknown tasks")]);

    public static Check SegmentsExact(RunFolder folder)
    {
        const string Name = "The segments of every slice are counted exactly";
        if (!folder.SlicesMeasured)
        {
            return Check.NotMeasured(Name, WhyNotMeasured);
        }

        Row row = folder.Query(Inexact).Single();
        double share = (double)row.Long("inexact") / row.Long("slices");
        string detail = $"{row.Long("inexact")} of {row.Long("slices")} slices ({Quantity.Number(100 * share)} %) may differ by their "
            + "neighbours' segments, and say so; their bytes are exact";
        return new Check(Name, share == 0 ? CheckOutcome.Passed : CheckOutcome.Noted, share == 0 ? $"{row.Long("slices")} slices" : detail);
    }

    /// <param name="folder">The run.</param>
    /// <param name="name">What must hold.</param>
    /// <param name="sql">One row: the counts named next, and an example of what is wrong.</param>
    /// <param name="of">What is counted, and the column that counts it.</param>
    /// <param name="wrong">Columns that must be 0, and what they count.</param>
    internal static Check Count(
        RunFolder folder,
        string name,
        string sql,
        string of,
        IReadOnlyList<(string Column, string Words)> wrong)
    {
        if (!folder.SlicesMeasured)
        {
            return Check.NotMeasured(name, WhyNotMeasured);
        }

        Row row = folder.Query(sql).Single();
        List<string> found =
        [
            .. from count in wrong
               where row.Long(count.Column) > 0
               select $"{row.Long(count.Column)} {count.Words}",
        ];
        string all = $"{row.Long(of)} {of}";
        return Check.Of(
            name,
            found.Count == 0,
            found.Count == 0 ? all : $"{all}; {string.Join("; ", found)}; for example {row.String("example")}");
    }
}
