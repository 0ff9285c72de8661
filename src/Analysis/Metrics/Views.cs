namespace NodeBox.Analysis.Metrics;

/// <summary>
/// The queries that turn the run folder's tables into one row per task or flow. Each figure has one definition, and it is here.
/// </summary>
internal static class Views
{
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
    /// What each end of a flow carried for each task. A flow has one task as long as connections are opened per task; once flows are
    /// shared, the rows of a task are those of its slices, and this view is the place that changes.
    /// </summary>
    private const string TaskTraffic =
        """
        CREATE VIEW task_traffic AS
        SELECT task_id, flow_id, direction, path, tx_bytes, rx_bytes, tx_segs, rx_segs, retrans_segs FROM flows WHERE task_id IS NOT NULL
        """;

    /// <summary>Only the end that opened a connection is summed, so that each connection counts once.</summary>
    private const string PerTask =
        """
        CREATE TABLE per_task AS
        WITH client AS (
            SELECT task_id,
                count(DISTINCT flow_id) FILTER (path = 'link') AS flows, count(DISTINCT flow_id) AS flows_all,
                sum(tx_bytes) FILTER (path = 'link') AS tx_bytes, sum(rx_bytes) FILTER (path = 'link') AS rx_bytes,
                sum(tx_segs) FILTER (path = 'link') AS tx_segs, sum(rx_segs) FILTER (path = 'link') AS rx_segs
            FROM task_traffic WHERE direction = 'active' GROUP BY task_id),
        both_ends AS (SELECT task_id, sum(retrans_segs) AS retrans_segs FROM task_traffic WHERE path = 'link' GROUP BY task_id),
        opened AS (SELECT task_id, count(*) AS connections FROM flows WHERE direction = 'active' AND path = 'link' GROUP BY task_id)
        SELECT series,
            CAST(coalesce(outcome = 'success', false) AS DOUBLE) AS success,
            (end_ns - begin_ns) / 1e6 AS task_duration_ms,
            llm_calls, tool_calls, agent_messages, service_calls,
            coalesce(flows, 0) AS flows_per_task,
            coalesce(flows_all, 0) AS flows_all_per_task,
            coalesce(connections, 0) AS connections_opened_per_task,
            coalesce(tx_bytes, 0) AS tx_bytes_per_task,
            coalesce(rx_bytes, 0) AS rx_bytes_per_task,
            tx_bytes / nullif(rx_bytes, 0) AS up_down_ratio,
            coalesce(tx_segs, 0) AS tx_segs_per_task,
            coalesce(rx_segs, 0) AS rx_segs_per_task,
            tx_bytes / nullif(tx_segs, 0) AS tx_payload_per_segment_bytes,
            rx_bytes / nullif(rx_segs, 0) AS rx_payload_per_segment_bytes,
            coalesce(retrans_segs, 0) AS retrans_segs_per_task
        FROM labelled_tasks LEFT JOIN client USING (task_id) LEFT JOIN both_ends USING (task_id) LEFT JOIN opened USING (task_id)
        """;

    /// <summary>RTT as the end that opened the connection estimated it, between nodes only.</summary>
    private const string PerFlow =
        """
        CREATE TABLE per_flow AS
        SELECT series, min_rtt_us, srtt_us FROM flows JOIN labelled_tasks USING (task_id) WHERE direction = 'active' AND path = 'link'
        """;

    /// <summary>
    /// The statements that make <c>labelled_tasks</c>, <c>task_traffic</c>, <c>per_task</c> and <c>per_flow</c>, in order.
    /// </summary>
    public static readonly IReadOnlyList<string> Statements = [LabelledTasks, TaskTraffic, PerTask, PerFlow];

    /// <summary>What is compared, by the first task.</summary>
    public const string Series = "SELECT series, scenario FROM labelled_tasks GROUP BY series, scenario ORDER BY min(begin_ns), series";

    /// <summary>All values of a metric, in no order.</summary>
    public static string Values(Metric metric)
    {
        string table = metric.Per == Observation.Flow ? "per_flow" : "per_task";
        return $"SELECT series, CAST({metric.Key} AS DOUBLE) FROM {table} WHERE {metric.Key} IS NOT NULL";
    }
}
