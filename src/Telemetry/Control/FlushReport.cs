using System.Text.Json.Serialization;

namespace NodeBox.Telemetry.Control;

/// <summary>What a node answers to <c>POST /flush</c>, once everything it had measured until then is committed at the collector.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Ledger">Probe name to its balance since the node started.</param>
/// <param name="OpenFlows">Flows of tasks that were still open when the flush began.</param>
/// <param name="InProgress">Calls of tasks that were being served when the flush began.</param>
/// <param name="Dropped">Records that the full spool dropped since the node started.</param>
public sealed record FlushReport(
    string Node, IReadOnlyDictionary<string, LedgerEntry> Ledger, int OpenFlows, int InProgress, long Dropped);

/// <summary>One probe's balance: Seen = Filtered + Aggregated + Emitted + Dropped. Missed events were never seen by the probe.</summary>
/// <param name="Seen">Events.</param>
/// <param name="Filtered">None of the node's business.</param>
/// <param name="Aggregated">Kept, for a later record.</param>
/// <param name="Emitted">Reported.</param>
/// <param name="Dropped">Lost.</param>
/// <param name="Missed">Lost before they were seen.</param>
/// <param name="Figures">What lacks something if any were lost; null where that is not known.</param>
public sealed record LedgerEntry(
    long Seen,
    long Filtered,
    long Aggregated,
    long Emitted,
    long Dropped,
    long Missed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Figures = null);
