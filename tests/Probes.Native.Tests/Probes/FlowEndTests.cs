using NodeBox.Probes.Native.Probes;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tests.Probes;

public sealed class FlowEndTests
{
    private const int None = 0;
    private const int Dead = 1;
    private const int Done = 2;
    private static readonly SocketFlags s_flags = new(Dead, Done);

    [Theory]
    [InlineData(tcp_state.TCP_LAST_ACK, 0, Dead | Done, true, CloseReason.Fin)]
    [InlineData(tcp_state.TCP_CLOSING, 0, Dead | Done, true, CloseReason.Fin)]
    [InlineData(tcp_state.TCP_FIN_WAIT2, 0, Dead | Done, true, CloseReason.Fin)]
    [InlineData(tcp_state.TCP_FIN_WAIT2, 0, Done, true, CloseReason.Fin)]
    [InlineData(tcp_state.TCP_FIN_WAIT2, 0, Dead, true, CloseReason.Fin)]
    [InlineData(tcp_state.TCP_FIN_WAIT2, 0, None, true, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_LAST_ACK, 0, Dead | Done, false, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_FIN_WAIT1, 0, Dead, false, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_ESTABLISHED, 0, None, false, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_CLOSE_WAIT, 0, Done, false, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_ESTABLISHED, 104, None, false, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_CLOSE_WAIT, 32, Done, false, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_LAST_ACK, 104, Done, true, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_ESTABLISHED, 103, None, false, CloseReason.Reset)]
    [InlineData(tcp_state.TCP_ESTABLISHED, 110, None, false, CloseReason.Timeout)]
    [InlineData(tcp_state.TCP_FIN_WAIT1, 110, Dead, false, CloseReason.Timeout)]
    [InlineData(tcp_state.TCP_ESTABLISHED, 113, None, false, CloseReason.Timeout)]
    [InlineData(tcp_state.TCP_LAST_ACK, 113, Dead | Done, true, CloseReason.Fin)]
    internal void Of_an_established_flow(tcp_state state, int error, int flags, bool finAcknowledged, CloseReason expected)
    {
        flow_event e = Event(state, error, flags, finAcknowledged);

        Assert.Equal(expected, FlowEnd.Reason(FlowEventKind.Closed, in e, s_flags));
    }

    [Theory]
    [InlineData(111, CloseReason.Reset)]
    [InlineData(110, CloseReason.Timeout)]
    [InlineData(113, CloseReason.Timeout)]
    [InlineData(0, CloseReason.GivenUp)]
    public void Of_a_handshake(int error, CloseReason expected)
    {
        flow_event e = Event(tcp_state.TCP_SYN_SENT, error, None, false);

        Assert.Equal(expected, FlowEnd.Reason(FlowEventKind.Failed, in e, s_flags));
        Assert.Equal(CloseReason.None, FlowEnd.Reason(FlowEventKind.Opened, in e, s_flags));
    }

    private static flow_event Event(tcp_state state, int error, int flags, bool finAcknowledged)
    {
        return new flow_event
        {
            old_state = (uint)state,
            sk_err = (uint)error,
            sk_flags = (ulong)flags,
            write_seq = 1000,
            snd_una = finAcknowledged ? 1000u : 999u,
        };
    }
}
