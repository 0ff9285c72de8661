namespace NodeBox.Benchmarks.Probes;

/// <summary>What a watcher saw, and what nodebox's reader knows of its programs.</summary>
/// <param name="Closed">Ends of connections that it reported closed.</param>
internal sealed record WatcherReport(int Closed)
{
    /// <summary>Milliseconds from reading the kernel's types to the last program attached; zero where it was not measured.</summary>
    public double AttachMs { get; init; }

    /// <summary>Records that the ring could not hold.</summary>
    public ulong Dropped { get; init; }

    /// <summary>Runs and their time; without kernel.bpf_stats_enabled both are zero.</summary>
    public IReadOnlyList<ProgramRuns> Programs { get; init; } = [];
}

/// <summary>A program's runs as the kernel counts and times them.</summary>
internal sealed record ProgramRuns(string Tracepoint, ulong Runs, ulong Nanoseconds);
