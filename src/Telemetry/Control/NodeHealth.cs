namespace NodeBox.Telemetry.Control;

/// <summary>What a node says of itself at <c>GET /health</c> on its control port.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Role">Its role expression, for example "agent-b+tools".</param>
/// <param name="Status">"ok" once every service listens.</param>
/// <param name="Kernel">The kernel release.</param>
/// <param name="Rung">How flows are measured: "tp_btf" or "none".</param>
/// <param name="RungReason">Why flows are not measured, or null.</param>
/// <param name="Packets">Whether each packet is recorded.</param>
/// <param name="CongestionControl">The TCP congestion control of new connections in this node's namespace.</param>
/// <param name="Versions">Name to version of nodebox and what it is built on.</param>
/// <param name="BootId">Random, made at start: another value means that the node restarted.</param>
/// <param name="NowNs">The node's clock, Unix-epoch nanoseconds.</param>
/// <param name="CpuNs">CPU time of the node's process so far, in nanoseconds.</param>
/// <param name="RunQueueDelayNs">Time the process's living threads have waited for a CPU, in nanoseconds.</param>
public sealed record NodeHealth(
    string Node,
    string Role,
    string Status,
    string Kernel,
    string Rung,
    string? RungReason,
    bool Packets,
    string CongestionControl,
    IReadOnlyDictionary<string, string> Versions,
    string BootId,
    long NowNs,
    long CpuNs,
    long RunQueueDelayNs);
