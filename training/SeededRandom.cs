namespace NodeBox.Training;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, 2014): a seed gives the same numbers on every machine and every version of .NET, which
/// <see cref="Random"/> does not promise.
/// </summary>
internal struct SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A stream that has nothing to do with that of any other numbers.</summary>
    public static SeededRandom Of(ulong seed, int first, int second)
    {
        var random = new SeededRandom(seed);
        random = new SeededRandom(random.Next() ^ (ulong)first);
        random = new SeededRandom(random.Next() ^ (ulong)second);
        return new SeededRandom(random.Next());
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>From 0 to less than <paramref name="bound"/>.</summary>
    public int Next(int bound) => (int)((Next() >> 32) * (ulong)bound >> 32);

    /// <summary>Both ends included.</summary>
    public int Between(int first, int last) => first + Next(last - first + 1);

    /// <summary>True once in <paramref name="times"/> on average.</summary>
    public bool OneIn(int times) => Next(times) == 0;

    public T Pick<T>(IReadOnlyList<T> from) => from[Next(from.Count)];

    /// <summary>A multiple of 2^-23 in [-1, 1).</summary>
    public float NextSigned() => ((Next() >> 40) / 8388608f) - 1f;
}
