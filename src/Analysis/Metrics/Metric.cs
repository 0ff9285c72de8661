namespace NodeBox.Analysis.Metrics;

/// <summary>What one value of a metric stands for.</summary>
public enum Observation
{
    /// <summary>One task, known without measured flows.</summary>
    Task,

    /// <summary>What one task did to the network.</summary>
    TaskTraffic,

    /// <summary>One flow while it served a scenario.</summary>
    Flow,

    /// <summary>One exchange of a call.</summary>
    Call,

    /// <summary>An acknowledgement, a segment, a burst or a gap: many for each task, each known by its bucket only.</summary>
    Bucketed,
}

/// <summary>A metric whose value for a task is a quantile of the task's own values of a bucketed metric.</summary>
/// <param name="Of">The bucketed metric's key.</param>
/// <param name="P">In [0, 1].</param>
public sealed record TaskQuantile(string Of, double P);

/// <summary>One column of the views in <see cref="Views"/>, or a quantile of one.</summary>
/// <param name="Key">The name in summary.json, and the column.</param>
/// <param name="Unit">Its unit in summary.json.</param>
/// <param name="Label">Its name for people, without the unit.</param>
/// <param name="Per">What one value stands for.</param>
/// <param name="Quantile">What it is computed from, where it is no column.</param>
/// <param name="Bounds">The upper bounds of its buckets, where nodes count by fixed ones; empty buckets are left out.</param>
public sealed record Metric(
    string Key, string Unit, string Label, Observation Per, TaskQuantile? Quantile = null, IReadOnlyList<long>? Bounds = null)
{
    // 1448 and 8948 are full segments at MTUs of 1500 and 9000 with timestamps; the last stands for no bound.
    private static readonly long[] s_segmentSizes = [64, 128, 256, 512, 1024, 1448, 8948, uint.MaxValue];

    /// <summary>
    /// Every metric, in the order that people read them. Bytes, segments and bursts are seen from the end that opened the connection: tx is
    /// what the client sent (uplink), rx what it received (downlink), summed over the task's slices between nodes. Loopback is left out
    /// unless the name says all. Retransmissions are summed over both ends, because each end sees only its own.
    /// </summary>
    public static readonly IReadOnlyList<Metric> All =
    [
        new("success", "share", "Success", Observation.Task),
        new("correct", "share", "Correct, where the model decides", Observation.Task),
        new("task_duration_ms", "ms", "Task duration", Observation.Task),
        new("llm_calls", "calls", "LLM calls per task", Observation.Task),
        new("tool_calls", "calls", "Tool calls per task", Observation.Task),
        new("agent_messages", "messages", "Agent messages per task", Observation.Task),
        new("service_calls", "calls", "Service calls per task", Observation.Task),
        new("flows_per_task", "flows", "Flows per task", Observation.TaskTraffic),
        new("flows_all_per_task", "flows", "Flows per task, loopback included", Observation.TaskTraffic),
        new("connections_opened_per_task", "connections", "Connections opened per task", Observation.TaskTraffic),
        new("tx_bytes_per_task", "bytes", "Uplink payload per task", Observation.TaskTraffic),
        new("rx_bytes_per_task", "bytes", "Downlink payload per task", Observation.TaskTraffic),
        new("up_down_ratio", "ratio", "Uplink over downlink payload", Observation.TaskTraffic),
        new("packets_per_task", "segments", "Packets with data per task", Observation.TaskTraffic),
        new("tx_segs_per_task", "segments", "Uplink data segments per task", Observation.TaskTraffic),
        new("rx_segs_per_task", "segments", "Downlink data segments per task", Observation.TaskTraffic),
        new("tx_payload_per_segment_bytes", "bytes", "Mean payload per uplink segment", Observation.TaskTraffic),
        new("rx_payload_per_segment_bytes", "bytes", "Mean payload per downlink segment", Observation.TaskTraffic),
        new("tx_seg_bytes", "bytes", "Size of an uplink segment", Observation.Bucketed, Bounds: s_segmentSizes),
        new("rx_seg_bytes", "bytes", "Size of a downlink segment", Observation.Bucketed, Bounds: s_segmentSizes),
        new("rtt_us", "us", "RTT of an ACK", Observation.Bucketed),
        new("rtt_client_us", "us", "RTT of an ACK, at the client", Observation.Bucketed),
        new("rtt_server_us", "us", "RTT of an ACK, at the server", Observation.Bucketed),
        new("rtt_p50_per_task_us", "us", "Median RTT within a task", Observation.TaskTraffic, new TaskQuantile("rtt_us", 0.50)),
        new("rtt_p95_per_task_us", "us", "RTT p95 within a task", Observation.TaskTraffic, new TaskQuantile("rtt_us", 0.95)),
        new("rtt_p99_per_task_us", "us", "RTT p99 within a task", Observation.TaskTraffic, new TaskQuantile("rtt_us", 0.99)),
        new("min_rtt_us", "us", "Minimum RTT of a flow", Observation.Flow),
        new("srtt_us", "us", "Smoothed RTT of a flow", Observation.Flow),
        new("handshake_rtt_us", "us", "Handshake RTT of a flow", Observation.Flow),
        new("ttfb_llm_us", "us", "Time to first byte, LLM call", Observation.Call),
        new("ttfb_llm_all_us", "us", "Time to first byte, LLM call, loopback included", Observation.Call),
        new("ttfb_tool_us", "us", "Time to first byte, tool call", Observation.Call),
        new("ttfb_agent_us", "us", "Time to first byte, agent message", Observation.Call),
        new("ttfb_service_us", "us", "Time to first byte, service call", Observation.Call),
        new("longest_silence_us", "us", "Longest silence in a call", Observation.Call),
        new("tx_bursts_per_task", "bursts", "Uplink bursts per task", Observation.TaskTraffic),
        new("rx_bursts_per_task", "bursts", "Downlink bursts per task", Observation.TaskTraffic),
        new("tx_burst_bytes", "bytes", "Payload of an uplink burst", Observation.Bucketed),
        new("rx_burst_bytes", "bytes", "Payload of a downlink burst", Observation.Bucketed),
        new("tx_burst_segs", "segments", "Segments of an uplink burst", Observation.Bucketed),
        new("rx_burst_segs", "segments", "Segments of a downlink burst", Observation.Bucketed),
        new("tx_burst_us", "us", "Duration of an uplink burst", Observation.Bucketed),
        new("rx_burst_us", "us", "Duration of a downlink burst", Observation.Bucketed),
        new("tx_gap_us", "us", "Gap between uplink bursts", Observation.Bucketed),
        new("rx_gap_us", "us", "Gap between downlink bursts", Observation.Bucketed),
        new("retrans_segs_per_task", "segments", "Retransmitted segments per task", Observation.TaskTraffic),
        new("retrans_bytes_per_task", "bytes", "Retransmitted payload per task", Observation.TaskTraffic),
        new("retrans_share", "share", "Retransmitted per data segment sent", Observation.TaskTraffic),
    ];

    /// <exception cref="KeyNotFoundException">There is no such metric.</exception>
    public static Metric Of(string key) => All.FirstOrDefault(metric => metric.Key == key)
        ?? throw new KeyNotFoundException($"no metric is called {key}");
}
