namespace NodeBox.Benchmarks.Probes;

/// <summary>How much is measured, and on which CPUs.</summary>
internal sealed record ProbesOptions
{
    /// <summary>Rounds; each has every <see cref="Watch"/> once, in an order of its own.</summary>
    public int Rounds { get; init; } = 30;

    /// <summary>Blocks of one load in one round, of which the median counts.</summary>
    public int Blocks { get; init; } = 15;

    public int PingPongsPerBlock { get; init; } = 1500;

    public int ConnectionsPerBlock { get; init; } = 300;

    public int RequestsPerSecond { get; init; } = 5000;

    /// <summary>Windows of 1,000 requests in one round, of whose p99 the median counts.</summary>
    public int Windows { get; init; } = 10;

    /// <summary>Both ends of each load.</summary>
    public int LoadCpu { get; init; } = Environment.ProcessorCount - 1;

    /// <summary>The readers: nodebox's and bpftrace.</summary>
    public int ReaderCpu { get; init; }
}
