namespace NodeBox.Analysis.Metrics;

/// <summary>
/// The queries that turn the run folder's tables into one row per task, flow or call. Each figure has one definition, and it is here.
/// </summary>
internal static class Views
{
    /// <summary>Makes the table of the nodes that measured flows. $1 names them, separated by commas.</summary>
    public const string MeasuringNodes = "CREATE TABLE measuring_nodes AS SELECT unnest(string_split($1, ',')) AS node";

    /// <summary>Tasks with the name of what is compared: the scenario, with its variant where the run has several.</summary>
    private const string LabelledTasks =
        """
        CREATE TABLE labelled_tasks AS
        SELECT *,
            CASE WHEN min(variant) OVER same IS DISTINCT FROM max(variant) OVER same THEN scenario || '/' || coalesce(variant, '')
                 ELSE scenario END AS series
        FROM tasks
        WINDOW same AS (PARTITION BY scenario)
        """;

    /// <summary>
    /// What each task did to each end of a connection, call by call. A shared slice holds several calls' bytes and is nobody's. Folders
    /// from before slices have none; there each connection was opened for one task, so that the flow stands for the task's only slice, of
    /// no kind and without a number.
    /// </summary>
    private const string TaskSlices =
        """
        CREATE TABLE task_slices AS
        WITH known AS (
            SELECT slices.*, direction, path, direction = 'active' AND slice = 0 AND kind = 'connection' AS opened, handshake_rtt_us
            FROM slices JOIN (SELECT flow_id, node, direction, path, handshake_rtt_us FROM flows) USING (flow_id, node)
            WHERE shared IS NOT true
            UNION ALL BY NAME
            SELECT * EXCLUDE (begin_ns, end_ns), direction = 'active' AS opened FROM flows WHERE NOT EXISTS (FROM slices))
        SELECT series, known.* FROM known JOIN labelled_tasks USING (task_id)
        """;

    /// <summary>
    /// Traffic is summed at the end that opened a connection, so that it counts once; retransmissions at both. Where a node that a task
    /// called from did not measure flows, the sum would lack what it saw, and is null; so for both ends where one did not. Else nothing
    /// seen is 0.
    /// </summary>
    private const string PerTask =
        """
        CREATE TABLE per_task AS
        WITH unseen AS (
            SELECT task_id, bool_or(kind = 'client') AS at_client FROM spans
            WHERE kind IN ('client', 'server') AND node NOT IN (FROM measuring_nodes) GROUP BY task_id),
        client AS (
            SELECT task_id,
                count(DISTINCT flow_id) FILTER (path = 'link') AS flows, count(DISTINCT flow_id) AS flows_all,
                count(*) FILTER (opened AND path = 'link') AS connections,
                coalesce(sum(tx_bytes) FILTER (path = 'link'), 0) AS tx_bytes, coalesce(sum(rx_bytes) FILTER (path = 'link'), 0) AS rx_bytes,
                coalesce(sum(tx_segs) FILTER (path = 'link'), 0) AS tx_segs, coalesce(sum(rx_segs) FILTER (path = 'link'), 0) AS rx_segs,
                sum(tx_bursts) FILTER (path = 'link') AS tx_bursts, sum(rx_bursts) FILTER (path = 'link') AS rx_bursts
            FROM tasks ANTI JOIN (FROM unseen WHERE at_client) USING (task_id)
                LEFT JOIN (FROM task_slices WHERE direction = 'active') USING (task_id)
            GROUP BY task_id),
        both_ends AS (
            SELECT task_id,
                coalesce(sum(retrans_segs), 0) AS retrans_segs, sum(retrans_bytes) AS retrans_bytes, sum(tx_segs) AS sent_segs
            FROM tasks ANTI JOIN unseen USING (task_id) LEFT JOIN (FROM task_slices WHERE path = 'link') USING (task_id)
            GROUP BY task_id)
        SELECT series,
            CAST(coalesce(outcome = 'success', false) AS DOUBLE) AS success,
            correct,
            (end_ns - begin_ns) / 1e6 AS task_duration_ms,
            llm_calls, tool_calls, agent_messages, service_calls,
            flows AS flows_per_task,
            flows_all AS flows_all_per_task,
            connections AS connections_opened_per_task,
            tx_bytes AS tx_bytes_per_task,
            rx_bytes AS rx_bytes_per_task,
            tx_bytes / nullif(rx_bytes, 0) AS up_down_ratio,
            tx_segs + rx_segs AS packets_per_task,
            tx_segs AS tx_segs_per_task,
            rx_segs AS rx_segs_per_task,
            tx_bytes / nullif(tx_segs, 0) AS tx_payload_per_segment_bytes,
            rx_bytes / nullif(rx_segs, 0) AS rx_payload_per_segment_bytes,
            tx_bursts AS tx_bursts_per_task,
            rx_bursts AS rx_bursts_per_task,
            retrans_segs AS retrans_segs_per_task,
            retrans_bytes AS retrans_bytes_per_task,
            retrans_segs / nullif(sent_segs, 0) AS retrans_share
        FROM labelled_tasks LEFT JOIN client USING (task_id) LEFT JOIN both_ends USING (task_id)
        """;

    /// <summary>
    /// What the end that opened a connection between nodes knew of it while it served the scenario. An end without RTT samples keeps an
    /// estimate from before; it is left out.
    /// </summary>
    private const string PerFlow =
        """
        CREATE TABLE per_flow AS
        SELECT series,
            min(min_rtt_us) AS min_rtt_us,
            arg_max(srtt_us, coalesce(slice, 0)) FILTER (slice IS NULL OR len(rtt_us) > 0) AS srtt_us,
            any_value(handshake_rtt_us) FILTER (opened) AS handshake_rtt_us
        FROM task_slices WHERE direction = 'active' AND path = 'link' GROUP BY series, flow_id, node
        """;

    /// <summary>One exchange, as the end that asked saw it. Those over loopback count only where the name says all.</summary>
    private const string PerCall =
        """
        CREATE TABLE per_call AS
        SELECT series,
            CASE linked WHEN 'llm' THEN ttfb_us END AS ttfb_llm_us,
            CASE kind WHEN 'llm' THEN ttfb_us END AS ttfb_llm_all_us,
            CASE linked WHEN 'tool' THEN ttfb_us END AS ttfb_tool_us,
            CASE linked WHEN 'agent' THEN ttfb_us END AS ttfb_agent_us,
            CASE linked WHEN 'service' THEN ttfb_us END AS ttfb_service_us,
            CASE WHEN linked IS NOT NULL THEN longest_silence_us END AS longest_silence_us
        FROM (SELECT *, CASE path WHEN 'link' THEN kind END AS linked FROM task_slices)
        WHERE direction = 'active' AND kind IN ('llm', 'tool', 'agent', 'service')
        """;

    /// <summary>
    /// The histograms of each slice between nodes. Sizes and bursts are those of the end that opened the connection, RTTs of both ends.
    /// </summary>
    private const string Bucketed =
        """
        CREATE VIEW bucketed AS
        SELECT series, task_id, rtt_us,
            CASE direction WHEN 'active' THEN rtt_us END AS rtt_client_us,
            CASE direction WHEN 'passive' THEN rtt_us END AS rtt_server_us,
            CASE direction WHEN 'active' THEN tx_seg_bytes END AS tx_seg_bytes,
            CASE direction WHEN 'active' THEN rx_seg_bytes END AS rx_seg_bytes,
            CASE direction WHEN 'active' THEN tx_burst_bytes END AS tx_burst_bytes,
            CASE direction WHEN 'active' THEN rx_burst_bytes END AS rx_burst_bytes,
            CASE direction WHEN 'active' THEN tx_burst_segs END AS tx_burst_segs,
            CASE direction WHEN 'active' THEN rx_burst_segs END AS rx_burst_segs,
            CASE direction WHEN 'active' THEN tx_burst_us END AS tx_burst_us,
            CASE direction WHEN 'active' THEN rx_burst_us END AS rx_burst_us,
            CASE direction WHEN 'active' THEN tx_gap_us END AS tx_gap_us,
            CASE direction WHEN 'active' THEN rx_gap_us END AS rx_gap_us
        FROM task_slices WHERE path = 'link'
        """;

    /// <summary>The statements that make the tables and views named above, in order, after <see cref="MeasuringNodes"/>.</summary>
    /// <param name="clocksDiffer">How far two nodes' clocks may differ, in nanoseconds.</param>
    public static IReadOnlyList<string> Statements(long clocksDiffer) =>
        [LabelledTasks, TaskSlices, PerTask, PerFlow, PerCall, Bucketed, FlowPairs(clocksDiffer)];

    /// <summary>What is compared, by the scenario's first task; its variants, which take turns in being first, by name.</summary>
    public const string Series =
        """
        SELECT series, scenario FROM labelled_tasks GROUP BY series, scenario
        ORDER BY min(min(begin_ns)) OVER (PARTITION BY scenario), series
        """;

    /// <summary>All values of a metric that is no histogram, in no order.</summary>
    public static string Values(Metric metric)
    {
        string table = metric.Per switch
        {
            Observation.Flow => "per_flow",
            Observation.Call => "per_call",
            _ => "per_task",
        };
        return $"SELECT series, CAST({metric.Key} AS DOUBLE) FROM {table} WHERE {metric.Key} IS NOT NULL";
    }

    /// <summary>The buckets of a histogram: what they belong to, the task, their upper bounds and their counts.</summary>
    /// <param name="from">A table or view with the histogram's column and a task_id.</param>
    /// <param name="key">What the histograms are merged by; a text.</param>
    /// <param name="column">The histogram.</param>
    /// <param name="unit">Of its values.</param>
    public static string Buckets(string from, string key, string column, string unit)
    {
        string bound = unit == "segments" ? "le_segs" : $"le_{unit}";
        return $"""
            SELECT key, task_id, bucket.{bound} AS le, sum(bucket.count) AS count
            FROM (SELECT {key} AS key, task_id, unnest({column}) AS bucket FROM {from})
            WHERE bucket.{bound} >= 0 AND bucket.count > 0
            GROUP BY ALL ORDER BY key, task_id, le
            """;
    }

    /// <summary>
    /// Each flow's other end: the one with both addresses and ports exchanged whose time overlaps, the nearest if ports were used again.
    /// </summary>
    private static string FlowPairs(long clocksDiffer) =>
        $"""
        CREATE TABLE flow_pairs AS
        WITH ends AS (SELECT *, coalesce(end_ns, {long.MaxValue - clocksDiffer}) AS last_ns FROM flows)
        SELECT here.flow_id, here.node, there.flow_id AS peer_flow_id, there.node AS peer_node
        FROM ends AS here JOIN ends AS there
            ON here.local_addr = there.remote_addr AND here.local_port = there.remote_port
            AND here.remote_addr = there.local_addr AND here.remote_port = there.local_port
            AND here.path = there.path AND (here.path <> 'loopback' OR here.node = there.node)
            AND here.begin_ns <= there.last_ns + {clocksDiffer} AND there.begin_ns <= here.last_ns + {clocksDiffer}
        QUALIFY row_number() OVER (PARTITION BY here.flow_id, here.node ORDER BY abs(here.begin_ns - there.begin_ns)) = 1
        """;
}
