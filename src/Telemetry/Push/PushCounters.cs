namespace NodeBox.Telemetry.Push;

/// <summary>What became of the records since the process started.</summary>
/// <param name="Enqueued">Records added and accepted.</param>
/// <param name="Dropped">Records lost: the buffer, the spool or the disk was full, or the collector refused them.</param>
/// <param name="Acked">Records that the collector has committed, those that an earlier process left in the spool included.</param>
public readonly record struct PushCounters(long Enqueued, long Dropped, long Acked);
