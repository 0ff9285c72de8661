namespace NodeBox.Probes.Native.Probes;

/// <summary>Durations in a flow's life.</summary>
internal static class FlowTimes
{
    /// <summary>As <see cref="FlowEvent.HandshakeRttUs"/> says.</summary>
    public static uint? HandshakeRttUs(in flow_core flow)
    {
        return (FlowDirection)flow.direction switch
        {
            _ when flow.established_ns == 0 => null,
            FlowDirection.Active => (uint)((flow.established_ns - flow.begin_ns) / 1000),
            FlowDirection.Passive when flow.handshake_us != 0 => flow.handshake_us,
            _ => null,
        };
    }
}
