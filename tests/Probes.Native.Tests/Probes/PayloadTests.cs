using NodeBox.Probes.Native.Probes;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tests.Probes;

public sealed class PayloadTests
{
    private const uint Isn = 0xffff_ff00;

    /// <summary>Payload written and sent, whether a FIN was queued and sent, and what the kernel's counters then are.</summary>
    [Theory]
    [InlineData(FlowDirection.Active, tcp_state.TCP_ESTABLISHED, 500, 500, 500)]
    [InlineData(FlowDirection.Passive, tcp_state.TCP_ESTABLISHED, 500, 500, 500)]
    [InlineData(FlowDirection.Active, tcp_state.TCP_ESTABLISHED, 500, 300, 100)]
    [InlineData(FlowDirection.Active, tcp_state.TCP_LAST_ACK, 500, 501, 501)]
    [InlineData(FlowDirection.Passive, tcp_state.TCP_FIN_WAIT1, 500, 501, 200)]
    [InlineData(FlowDirection.Passive, tcp_state.TCP_FIN_WAIT1, 500, 300, 200)]
    [InlineData(FlowDirection.Passive, tcp_state.TCP_FIN_WAIT2, 0, 1, 1)]
    internal void Counts_each_byte_sent_once(FlowDirection direction, tcp_state state, uint written, uint sent, uint acknowledged)
    {
        bool fin = state != tcp_state.TCP_ESTABLISHED;
        uint syn = direction == FlowDirection.Active ? 1u : 0u;
        flow_event e = new()
        {
            old_state = (uint)state,
            flow = new flow_core { direction = (uint)direction },
            write_seq = unchecked(Isn + 1 + written + (fin ? 1u : 0u)),
            snd_nxt = unchecked(Isn + 1 + sent),
            snd_una = unchecked(Isn + 1 + acknowledged),
            bytes_acked = syn + acknowledged,
        };

        Assert.Equal(Math.Min(written, sent), Payload.Sent(FlowEventKind.Closed, in e));
    }

    [Fact]
    public void Goes_beyond_four_gigabytes()
    {
        flow_event e = new()
        {
            old_state = (uint)tcp_state.TCP_ESTABLISHED,
            flow = new flow_core { direction = (uint)FlowDirection.Passive },
            bytes_acked = 10_000_000_000,
            snd_una = uint.MaxValue - 1,
            snd_nxt = 3,
        };

        Assert.Equal(10_000_000_005ul, Payload.Sent(FlowEventKind.Closed, in e));
    }

    [Fact]
    public void Of_a_flow_older_than_the_probes_is_what_the_kernel_counted()
    {
        flow_event e = new() { bytes_sent = 700, bytes_retrans = 200 };

        Assert.Equal(500ul, Payload.Sent(FlowEventKind.Closed, in e));
    }
}
