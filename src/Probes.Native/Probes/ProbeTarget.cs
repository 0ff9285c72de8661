using NodeBox.Probes.Native.Btf;

namespace NodeBox.Probes.Native.Probes;

/// <summary>What probes are assembled for: settings, this kernel's types, the shared maps, and the one network namespace they look at.</summary>
internal sealed record ProbeTarget(FlowProbeOptions Options, BtfSpec Btf, ProbeMaps Maps, uint NetNamespace)
{
    public SocketFields Socket { get; } = new(Btf);

    public SkbFields Skb { get; } = new(Btf);

    public TcpFields Tcp { get; } = new(Btf);
}
