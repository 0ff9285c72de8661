namespace NodeBox.Scenarios.Definition;

/// <summary>
/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014): the same sequence on every platform and runtime, which <see cref="Random"/>
/// does not promise.
/// </summary>
internal struct SplitMix64(ulong seed)
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

    /// <summary>From <paramref name="first"/> to <paramref name="last"/>, both included. The bias is below (last − first) / 2^64.</summary>
    public long NextBetween(long first, long last)
    {
        return first + (long)Math.BigMul(Next(), (ulong)(last - first + 1), out _);
    }
}
