using NodeBox.Probes.Native.Sys;
using static NodeBox.Probes.Native.Sys.tcp_state;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Payload sent, from the kernel's sequence numbers.</summary>
internal static class Payload
{
    /// <summary>
    /// What is acknowledged plus what is in flight, less the SYN and FIN that sequence numbers count. bytes_acked is the 64-bit progress of
    /// snd_una;
    /// it includes the SYN of a connecting socket, not that of an accepted one, whose snd_una begins after it (tcp_create_openreq_child).
    /// <para>
    /// bytes_sent − bytes_retrans says the same unless the local queue refuses segments: __tcp_transmit_skb has counted them by then.
    /// It is what remains for flows that began before the probes, whose direction is unknown.
    /// </para>
    /// </summary>
    public static ulong Sent(FlowEventKind kind, in flow_event e)
    {
        if (kind is FlowEventKind.Opened or FlowEventKind.Failed)
        {
            return 0;
        }

        if (e.flow.direction == (uint)FlowDirection.Unknown)
        {
            return e.bytes_sent - e.bytes_retrans;
        }

        ulong syn = e.flow.direction == (uint)FlowDirection.Active ? 1u : 0u;
        ulong fin = FinSent(in e) ? 1u : 0u;
        return e.bytes_acked + (e.snd_nxt - e.snd_una) - syn - fin;
    }

    /// <summary>True when this end's FIN is acknowledged.</summary>
    public static bool FinAcknowledged(in flow_event e) => FinQueued(in e) && e.snd_una == e.write_seq;

    private static bool FinSent(in flow_event e) => FinQueued(in e) && e.snd_nxt == e.write_seq;

    // tcp_send_fin makes the FIN the last number of write_seq.
    private static bool FinQueued(in flow_event e) =>
        (tcp_state)e.old_state is TCP_FIN_WAIT1 or TCP_FIN_WAIT2 or TCP_CLOSING or TCP_LAST_ACK;
}
