namespace NodeBox.Store;

/// <summary>The tables of a run folder: the same names, order and types in the collector's database and in the Parquet files.</summary>
public static class Tables
{
    /// <summary>
    /// One user intent from start to answer. <c>task_key</c> is the same in every variant and repetition with the same seed.
    /// </summary>
    public static readonly Table Tasks = new(
        "tasks",
        [
            ("run_id", "VARCHAR"), ("rep", "BIGINT"), ("scenario", "VARCHAR"), ("variant", "VARCHAR"), ("task_key", "VARCHAR"), ("task_id", "VARCHAR"),
            ("intended_begin_ns", "BIGINT"), ("begin_ns", "BIGINT"), ("end_ns", "BIGINT"), ("outcome", "VARCHAR"),
            ("llm_calls", "BIGINT"), ("tool_calls", "BIGINT"), ("agent_messages", "BIGINT"), ("service_calls", "BIGINT"),
        ]);

    /// <summary>One span of a task; <c>kind</c> is client, server or internal.</summary>
    public static readonly Table Spans = new(
        "spans",
        [
            ("run_id", "VARCHAR"), ("node", "VARCHAR"), ("task_id", "VARCHAR"), ("span_id", "VARCHAR"), ("parent_span_id", "VARCHAR"),
            ("name", "VARCHAR"), ("kind", "VARCHAR"), ("agent_id", "VARCHAR"), ("gen_ai_operation", "VARCHAR"),
            ("begin_ns", "BIGINT"), ("end_ns", "BIGINT"), ("status", "VARCHAR"), ("attributes", "JSON"),
        ]);

    /// <summary>One TCP connection as one node's kernel saw it; <c>end_ns</c> is null for one still open.</summary>
    public static readonly Table Flows = new(
        "flows",
        [
            ("run_id", "VARCHAR"), ("flow_id", "VARCHAR"), ("node", "VARCHAR"), ("netns", "BIGINT"), ("direction", "VARCHAR"), ("path", "VARCHAR"),
            ("local_addr", "VARCHAR"), ("local_port", "BIGINT"), ("remote_addr", "VARCHAR"), ("remote_port", "BIGINT"),
            ("begin_ns", "BIGINT"), ("end_ns", "BIGINT"), ("tx_bytes", "BIGINT"), ("rx_bytes", "BIGINT"), ("tx_segs", "BIGINT"), ("rx_segs", "BIGINT"),
            ("retrans_segs", "BIGINT"), ("min_rtt_us", "BIGINT"), ("srtt_us", "BIGINT"), ("congestion_control", "VARCHAR"), ("close_reason", "VARCHAR"),
            ("pid", "BIGINT"), ("comm", "VARCHAR"), ("task_id", "VARCHAR"), ("agent_id", "VARCHAR"), ("span_id", "VARCHAR"),
        ]);

    /// <summary>What one call did to a connection.</summary>
    public static readonly Table Slices = new(
        "slices",
        [
            ("run_id", "VARCHAR"), ("flow_id", "VARCHAR"), ("slice", "BIGINT"), ("node", "VARCHAR"),
            ("task_id", "VARCHAR"), ("span_id", "VARCHAR"), ("agent_id", "VARCHAR"), ("kind", "VARCHAR"), ("begin_ns", "BIGINT"), ("end_ns", "BIGINT"),
            ("tx_bytes", "BIGINT"), ("rx_bytes", "BIGINT"), ("tx_segs", "BIGINT"), ("rx_segs", "BIGINT"), ("retrans_segs", "BIGINT"), ("retrans_bytes", "BIGINT"),
            ("rtt_us", "STRUCT(le_us BIGINT, count BIGINT)[]"), ("min_rtt_us", "BIGINT"), ("tx_bursts", "BIGINT"), ("rx_bursts", "BIGINT"),
            ("segs_exact", "BOOLEAN"), ("shared", "BOOLEAN"),
        ]);

    /// <summary>One retransmission event, by sequence range.</summary>
    public static readonly Table Retransmits = new(
        "retransmits",
        [
            ("run_id", "VARCHAR"), ("flow_id", "VARCHAR"), ("slice", "BIGINT"), ("at_ns", "BIGINT"),
            ("seq_begin", "BIGINT"), ("seq_end", "BIGINT"), ("bytes", "BIGINT"), ("segs", "BIGINT"), ("state", "VARCHAR"),
        ]);

    /// <summary>Every table, in the order of CONTRACT.</summary>
    public static readonly IReadOnlyList<Table> All = [Tasks, Spans, Flows, Slices, Retransmits];
}
