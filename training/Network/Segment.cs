namespace NodeBox.Training.Network;

/// <summary>
/// A run of tokens in a batch that attend to each other and to an earlier run: a dialogue, and the system message that it shares with
/// others of its batch.
/// </summary>
/// <param name="Start">Its first row.</param>
/// <param name="Length">Its rows.</param>
/// <param name="PrefixStart">The first row of the shared run.</param>
/// <param name="PrefixLength">The rows of the shared run, 0 for none. Positions count on from there.</param>
internal readonly record struct Segment(int Start, int Length, int PrefixStart = 0, int PrefixLength = 0)
{
    /// <summary>Tokens that the last one attends to.</summary>
    public int Keys => PrefixLength + Length;
}

/// <summary>What the network computes at once: rows of tokens, cut into segments that touch in order.</summary>
/// <param name="Tokens">The token of each row.</param>
/// <param name="Targets">The token that should come after each row, or -1 where that does not matter.</param>
/// <param name="Segments">Cover all rows.</param>
internal sealed record Batch(int[] Tokens, int[] Targets, Segment[] Segments);
