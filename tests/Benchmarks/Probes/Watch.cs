namespace NodeBox.Benchmarks.Probes;

/// <summary>Who watches the load's connections.</summary>
internal enum Watch
{
    /// <summary>Nobody.</summary>
    Off,

    /// <summary>Nobody again: its ratio to <see cref="Off"/> is what the harness itself cannot tell apart.</summary>
    OffAgain,

    /// <summary>nodebox's probes without bursts.</summary>
    Core,

    /// <summary>nodebox's probes with bursts.</summary>
    Bursts,

    /// <summary>A bpftrace script that reports the same, by tracepoints.</summary>
    Bpftrace,
}
