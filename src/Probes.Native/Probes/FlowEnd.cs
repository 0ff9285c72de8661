using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Why a socket went to CLOSE, from its last state, its error, and whether its FIN was acknowledged. In the kernel (net/ipv4):
/// <list type="bullet">
/// <item>tcp_reset sets ECONNREFUSED, EPIPE or ECONNRESET and tcp_abort ECONNABORTED before tcp_done;</item>
/// <item>tcp_write_err sets ETIMEDOUT, or the error that ICMP reported meanwhile, before tcp_done;</item>
/// <item>tcp_rcv_state_process ends LAST_ACK when the FIN is acknowledged, and tcp_time_wait ends CLOSING and FIN_WAIT2, without an
/// error;</item>
/// <item>__tcp_close with unread data, tcp_disconnect (SO_LINGER 0) and tcp_out_of_resources end any state without an error, and send a
/// reset.</item>
/// </list>
/// </summary>
internal static class FlowEnd
{
    public static CloseReason Reason(FlowEventKind kind, in flow_event e, SocketFlags flags)
    {
        return kind switch
        {
            FlowEventKind.Closed => OfEstablished(in e, flags),
            FlowEventKind.Failed => OfError((int)e.sk_err) ?? CloseReason.GivenUp,
            _ => CloseReason.None,
        };
    }

    private static CloseReason OfEstablished(in flow_event e, SocketFlags flags)
    {
        CloseReason? error = OfError((int)e.sk_err);
        if (error is CloseReason known && (known == CloseReason.Reset || (int)e.sk_err == Errno.ETIMEDOUT))
        {
            return known;
        }

        // Another error may be an old ICMP report that the application never read.
        return EndedInOrder(in e, flags) ? CloseReason.Fin : error ?? CloseReason.Reset;
    }

    private static bool EndedInOrder(in flow_event e, SocketFlags flags)
    {
        // tcp_disconnect is the only way out of FIN_WAIT2 for a socket that a process still holds (not SOCK_DEAD) and no FIN has reached.
        bool waits = flags.IsDone(e.sk_flags) || flags.IsDead(e.sk_flags);
        return Payload.FinAcknowledged(in e) && ((tcp_state)e.old_state != tcp_state.TCP_FIN_WAIT2 || waits);
    }

    private static CloseReason? OfError(int error)
    {
        return error switch
        {
            0 => null,
            Errno.ECONNREFUSED or Errno.ECONNRESET or Errno.EPIPE or Errno.ECONNABORTED => CloseReason.Reset,
            _ => CloseReason.Timeout,
        };
    }
}
