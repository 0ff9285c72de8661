namespace NodeBox.Store;

/// <summary>The tables of a run folder: the same names, order and types in the collector's database and in the Parquet files.</summary>
public static class Tables
{
    private const string MicrosecondHistogram = "STRUCT(le_us BIGINT, count BIGINT)[]";
    private const string ByteHistogram = "STRUCT(le_bytes BIGINT, count BIGINT)[]";
    private const string SegmentHistogram = "STRUCT(le_segs BIGINT, count BIGINT)[]";

    // How the traffic of a flow or slice is distributed. A bucket holds the values at most le that the bucket before does not.
    private static readonly IReadOnlyList<(string Name, string Type)> s_shape =
    [
        ("tx_seg_bytes", ByteHistogram), ("rx_seg_bytes", ByteHistogram),
        ("tx_burst_bytes", ByteHistogram), ("rx_burst_bytes", ByteHistogram),
        ("tx_burst_segs", SegmentHistogram), ("rx_burst_segs", SegmentHistogram),
        ("tx_burst_us", MicrosecondHistogram), ("rx_burst_us", MicrosecondHistogram),
        ("tx_gap_us", MicrosecondHistogram), ("rx_gap_us", MicrosecondHistogram),
        ("ttfb_us", "BIGINT"), ("longest_silence_us", "BIGINT"), ("missing", "VARCHAR[]"),
    ];

    /// <summary>
    /// One user intent from start to answer. <c>task_key</c> is the same in every variant and repetition with the same seed. <c>correct</c>
    /// says whether the agents' models decided on the calls that were expected; it is null where none had to.
    /// </summary>
    public static readonly Table Tasks = new(
        "tasks",
        [
            ("run_id", "VARCHAR"), ("rep", "BIGINT"), ("scenario", "VARCHAR"), ("variant", "VARCHAR"),
            ("task_key", "VARCHAR"), ("task_id", "VARCHAR"),
            ("intended_begin_ns", "BIGINT"), ("begin_ns", "BIGINT"), ("end_ns", "BIGINT"), ("outcome", "VARCHAR"),
            ("llm_calls", "BIGINT"), ("tool_calls", "BIGINT"), ("agent_messages", "BIGINT"), ("service_calls", "BIGINT"),
            ("correct", "BOOLEAN"),
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
            ("run_id", "VARCHAR"), ("flow_id", "VARCHAR"), ("node", "VARCHAR"), ("netns", "BIGINT"),
            ("direction", "VARCHAR"), ("path", "VARCHAR"),
            ("local_addr", "VARCHAR"), ("local_port", "BIGINT"), ("remote_addr", "VARCHAR"), ("remote_port", "BIGINT"),
            ("begin_ns", "BIGINT"), ("end_ns", "BIGINT"),
            ("tx_bytes", "BIGINT"), ("rx_bytes", "BIGINT"), ("tx_segs", "BIGINT"), ("rx_segs", "BIGINT"), ("retrans_segs", "BIGINT"),
            ("min_rtt_us", "BIGINT"), ("srtt_us", "BIGINT"), ("congestion_control", "VARCHAR"), ("close_reason", "VARCHAR"),
            ("pid", "BIGINT"), ("comm", "VARCHAR"), ("task_id", "VARCHAR"), ("agent_id", "VARCHAR"), ("span_id", "VARCHAR"),
            ("retrans_bytes", "BIGINT"), ("handshake_rtt_us", "BIGINT"), ("zero_windows", "BIGINT"), ("out_of_order_segs", "BIGINT"),
            ("error", "VARCHAR"), ("rtt_us", MicrosecondHistogram), ("tx_bursts", "BIGINT"), ("rx_bursts", "BIGINT"), .. s_shape,
        ]);

    /// <summary>What one call did to a connection.</summary>
    public static readonly Table Slices = new(
        "slices",
        [
            ("run_id", "VARCHAR"), ("flow_id", "VARCHAR"), ("slice", "BIGINT"), ("node", "VARCHAR"),
            ("task_id", "VARCHAR"), ("span_id", "VARCHAR"), ("agent_id", "VARCHAR"), ("kind", "VARCHAR"),
            ("begin_ns", "BIGINT"), ("end_ns", "BIGINT"),
            ("tx_bytes", "BIGINT"), ("rx_bytes", "BIGINT"), ("tx_segs", "BIGINT"), ("rx_segs", "BIGINT"),
            ("retrans_segs", "BIGINT"), ("retrans_bytes", "BIGINT"),
            ("rtt_us", MicrosecondHistogram), ("min_rtt_us", "BIGINT"), ("tx_bursts", "BIGINT"), ("rx_bursts", "BIGINT"),
            ("segs_exact", "BOOLEAN"), ("shared", "BOOLEAN"), ("srtt_us", "BIGINT"), .. s_shape,
        ]);

    /// <summary>One retransmission event, by sequence range.</summary>
    public static readonly Table Retransmits = new(
        "retransmits",
        [
            ("run_id", "VARCHAR"), ("flow_id", "VARCHAR"), ("slice", "BIGINT"), ("at_ns", "BIGINT"),
            ("seq_begin", "BIGINT"), ("seq_end", "BIGINT"), ("bytes", "BIGINT"), ("segs", "BIGINT"), ("state", "VARCHAR"),
        ]);

    /// <summary>One data packet as it passed the stack; measured on request only.</summary>
    public static readonly Table Packets = new(
        "packets",
        [
            ("run_id", "VARCHAR"), ("flow_id", "VARCHAR"), ("slice", "BIGINT"), ("node", "VARCHAR"), ("at_ns", "BIGINT"),
            ("direction", "VARCHAR"), ("offset_bytes", "BIGINT"), ("bytes", "BIGINT"), ("segs", "BIGINT"),
        ]);

    /// <summary>Every table that each run folder has, in the order of CONTRACT.</summary>
    public static readonly IReadOnlyList<Table> All = [Tasks, Spans, Flows, Slices, Retransmits];
}
