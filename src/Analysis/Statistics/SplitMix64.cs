namespace NodeBox.Analysis.Statistics;

/// <summary>
/// A seeded generator whose sequence no runtime update can change, so that a run folder gives the same intervals for ever.
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants of its variant 13.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>
    /// A number in [0, <paramref name="count"/>): the high word of a product, whose bias of at most count/2^64 is far below what resampling shows.
    /// </summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);
}
