namespace NodeBox.Telemetry.Control;

/// <summary>What a node answers to <c>POST /flush</c>, once everything it had measured until then is committed at the collector.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Ledger">Probe name to its balance since the node started.</param>
/// <param name="OpenFlows">Flows of tasks that were still open when the flush began.</param>
/// <param name="Dropped">Records that the full spool dropped since the node started.</param>
public sealed record FlushReport(string Node, IReadOnlyDictionary<string, LedgerEntry> Ledger, int OpenFlows, long Dropped);

/// <summary>One probe's balance: Seen = Filtered + Aggregated + Emitted + Dropped. Missed events were never seen by the probe.</summary>
public sealed record LedgerEntry(long Seen, long Filtered, long Aggregated, long Emitted, long Dropped, long Missed);
