namespace NodeBox.Telemetry;

/// <summary>
/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014): 64 bits of state, and the same sequence on every platform and runtime, which
/// <see cref="Random"/> does not promise. Tasks, seeded data, service times and resamples are drawn from it, so that a seed says all.
/// </summary>
public struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number from 0 to <paramref name="bound"/> − 1. The bias of the multiplication is below bound / 2^64.</summary>
    public int NextInt(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>From <paramref name="first"/> to <paramref name="last"/>, both included. The bias is below (last − first) / 2^64.</summary>
    public long NextBetween(long first, long last) => first + (long)Math.BigMul(Next(), (ulong)(last - first + 1), out _);

    /// <summary>From 0, inclusive, to 1, exclusive: 53 random bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}
