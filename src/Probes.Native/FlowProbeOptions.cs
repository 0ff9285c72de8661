namespace NodeBox.Probes.Native;

/// <summary>Settings of <see cref="FlowProbes"/>.</summary>
public sealed record FlowProbeOptions
{
    /// <summary>Bytes of the ring: a power of two and at least a page. A flow takes about 1 kB from open to close.</summary>
    public int RingBufferBytes { get; init; } = 1 << 22;

    /// <summary>
    /// Places for flows that are open at once, at 512 bytes of kernel memory each, or 1,536 with packets: a power of two. A flow that finds none
    /// is counted as missed, which becomes likely when half of them are taken. Kernels before 6.0 give at most 4 MiB: there are fewer then.
    /// </summary>
    public int FlowPlaces { get; init; } = 1 << 14;

    /// <summary>Whether to report that connect begins, which the later events of a flow tell as well.</summary>
    public bool Openings { get; init; }

    /// <summary>Whether to report bursts and late duplicates, which costs a program run for each packet sent.</summary>
    public bool Bursts { get; init; } = true;

    /// <summary>A longer silence in one direction ends its burst.</summary>
    public TimeSpan BurstGap { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether to report each data packet.</summary>
    public bool Packets { get; init; }
}
