using NodeBox.Probes.Native.Btf;

namespace NodeBox.Probes.Native.Probes;

/// <summary>What probes are assembled for: this kernel's types, the shared maps, and the one network namespace they look at.</summary>
internal sealed record ProbeTarget(BtfSpec Btf, ProbeMaps Maps, uint NetNamespace)
{
    public SocketFields Socket { get; } = new(Btf);
}
