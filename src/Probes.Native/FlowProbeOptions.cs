namespace NodeBox.Probes.Native;

/// <summary>Settings of <see cref="FlowProbes"/>.</summary>
public sealed record FlowProbeOptions
{
    /// <summary>Bytes of the ring: a power of two and at least a page. A flow takes about 1 kB from open to close.</summary>
    public int RingBufferBytes { get; init; } = 1 << 22;
}
