namespace NodeBox.Analysis.Metrics;

/// <summary>What one value of a metric stands for.</summary>
public enum Observation
{
    /// <summary>One task, known without measured flows.</summary>
    Task,

    /// <summary>The flows of one task.</summary>
    TaskTraffic,

    /// <summary>One flow.</summary>
    Flow,
}

/// <summary>One column of the views in <see cref="Views"/>.</summary>
/// <param name="Key">The name in summary.json, and the column.</param>
/// <param name="Unit">Its unit in summary.json.</param>
/// <param name="Label">Its name for people, without the unit.</param>
/// <param name="Per">What one value stands for.</param>
public sealed record Metric(string Key, string Unit, string Label, Observation Per)
{
    /// <summary>
    /// Every metric, in the order that people read them. Bytes and segments are seen from the end that opened the connection: tx is what
    /// the client sent (uplink), rx what it received (downlink), summed over the task's connections between nodes. Loopback is left out
    /// unless the name says all. Retransmissions are summed over both ends, because each end sees only its own.
    /// </summary>
    public static readonly IReadOnlyList<Metric> All =
    [
        new("success", "share", "Success", Observation.Task),
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
        new("tx_segs_per_task", "segments", "Uplink data segments per task", Observation.TaskTraffic),
        new("rx_segs_per_task", "segments", "Downlink data segments per task", Observation.TaskTraffic),
        new("tx_payload_per_segment_bytes", "bytes", "Mean payload per uplink segment", Observation.TaskTraffic),
        new("rx_payload_per_segment_bytes", "bytes", "Mean payload per downlink segment", Observation.TaskTraffic),
        new("retrans_segs_per_task", "segments", "Retransmitted segments per task", Observation.TaskTraffic),
        new("min_rtt_us", "us", "Minimum RTT of a flow", Observation.Flow),
        new("srtt_us", "us", "Smoothed RTT of a flow", Observation.Flow),
    ];

    /// <exception cref="KeyNotFoundException">There is no such metric.</exception>
    public static Metric Of(string key) => All.FirstOrDefault(metric => metric.Key == key)
        ?? throw new KeyNotFoundException($"no metric is called {key}");
}
