namespace NodeBox.Probing.Slicing;

/// <summary>A boundary of slices: what both directions have come to.</summary>
/// <param name="TxBytes">Payload bytes before it.</param>
/// <param name="RxBytes">As received.</param>
/// <param name="TxSegs">Data segments before it, each once.</param>
/// <param name="RxSegs">Data segments that arrived of the bytes before it, duplicates included.</param>
/// <param name="SegsExact">False where the segments are an estimate.</param>
internal readonly record struct Position(long TxBytes, long RxBytes, long TxSegs, long RxSegs, bool SegsExact)
{
    /// <summary>A connection's beginning.</summary>
    public static readonly Position Zero = new(0, 0, 0, 0, SegsExact: true);

    /// <summary>This position, but not behind <paramref name="limit"/>. Segments that had to be cut off were not counted exactly.</summary>
    public Position AtMost(in Position limit) => new(
        Math.Min(TxBytes, limit.TxBytes),
        Math.Min(RxBytes, limit.RxBytes),
        Math.Min(TxSegs, limit.TxSegs),
        Math.Min(RxSegs, limit.RxSegs),
        SegsExact && TxSegs <= limit.TxSegs && RxSegs <= limit.RxSegs);
}
