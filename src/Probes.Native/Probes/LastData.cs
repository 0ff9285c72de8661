namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Adds to the open bursts of a flow that ends what the programs of packets did not see: data that was received after this end's FIN or with
/// the handshake, and packets that passed while the kernel did not run programs. The bytes and segments of all bursts are then the flow's. When
/// the unseen came and their sizes are not known, so times and sizes stay as they are.
/// </summary>
internal static class LastData
{
    public static void Complete(ref flow_facts facts, in flow_event e, FlowEvent flow)
    {
        uint received = (uint)flow.RxBytes - (facts.rx.next_seq - e.flow.first_receive) + facts.rx.holes;
        Add(ref facts.rx, received, e.data_segs_in - facts.segments_seen, e.header.ktime_ns);

        // Where the own queue refused segments the kernel counts some twice.
        uint sent = (uint)flow.TxBytes - (facts.tx.next_seq - e.flow.first_send) + facts.tx.holes;
        Add(ref facts.tx, sent, flow.TxSegmentsExact ? flow.TxSegments - facts.tx.segments : 0, e.header.ktime_ns);
    }

    // Negative, as a signed number, where a flow was reset with data that never came in order.
    private static void Add(ref burst_state state, uint bytes, uint segments, ulong ktimeNs)
    {
        if ((int)bytes <= 0)
        {
            return;
        }

        if (state.open.Bytes == 0)
        {
            state.open = new Burst { BeginKtimeNs = ktimeNs, EndKtimeNs = ktimeNs, Sequence = state.next_seq };
        }

        state.open.Bytes += bytes;
        state.open.Segments += (uint)Math.Max((int)segments, 0);
    }
}
