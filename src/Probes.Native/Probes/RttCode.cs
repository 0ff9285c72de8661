using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Takes the RTT of the last acknowledgement that delivered something. R7 is the tcp_sock and R8 the flow's state.
/// <para>
/// delivered grows with each such acknowledgement, and tcp_rack_advance notes the RTT of what it delivered last; not if that may belong to
/// an earlier transmission, which shows in that rack stays as it was.
/// </para>
/// </summary>
internal static class RttCode
{
    /// <summary>A batch this old is reported although it is not full.</summary>
    private const int OldUs = 1_000_000;

    private static flow_state s_flow;
    private static rtt_sample s_sample;

    /// <param name="due">Becomes 1 when the batch is to be reported; null where nobody asks.</param>
    public static Assembler TakeRtt(this Assembler asm, TcpFields tcp, Field? due = null)
    {
        if (tcp.RackRtt is not Field rtt || tcp.RackEndSequence is not Field end)
        {
            return asm;
        }

        string fresh = asm.NewLabel("fresh sample");
        string append = asm.NewLabel("append");
        string none = asm.NewLabel("no sample");
        asm.Load(R1, R7, tcp.Delivered)
            .Load(R2, R8, Of(ref s_flow.facts.delivered))
            .JumpIfEqual(R1, R2, none)
            .Store(R8, Of(ref s_flow.facts.delivered), R1)
            .Load(R3, R7, rtt)
            .Load(R4, R7, end)
            .Load(R5, R8, Of(ref s_flow.facts.rack_end_seq))
            .JumpIfDiffer(R4, R5, fresh)
            .Load(R5, R8, Of(ref s_flow.facts.rack_rtt_us))
            .JumpIfEqual(R3, R5, none)
            .Label(fresh)
            .Store(R8, Of(ref s_flow.facts.rack_end_seq), R4)
            .Store(R8, Of(ref s_flow.facts.rack_rtt_us), R3)
            .Load(R4, R7, tcp.LastPacket)
            .Load(R1, R8, Of(ref s_flow.facts.rtts.count))
            .JumpIfNotEqual(R1, 0, append)
            .Store(R8, Of(ref s_flow.facts.rtts.since_us), R4)
            .Label(append)
            .JumpIfGreater(R1, rtt_samples.Capacity - 1, none)
            .Move(R2, R1)
            .ShiftLeft(R2, 3)
            .Add(R2, R8)
            .Load(R5, R7, tcp.SendUnacknowledged)
            .Store(R2, Sample(ref s_sample.snd_una), R5)
            .Store(R2, Sample(ref s_sample.rtt_us), R3)
            .Add(R1, 1)
            .Store(R8, Of(ref s_flow.facts.rtts.count), R1);
        if (due is Field flag)
        {
            string report = asm.NewLabel("due");
            asm.Load(R2, R8, Of(ref s_flow.facts.rtts.since_us))
                .Subtract(R4, R2)
                .JumpIfGreater(R4, OldUs, report)
                .JumpIfGreater(R1, rtt_batch.Full - 1, report)
                .Jump(none)
                .Label(report)
                .Store(R10, flag, 1);
        }

        return asm.Label(none);
    }

    private static Field Sample<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_sample, ref field).In(Of(ref s_flow.facts.rtts.samples));

    private static Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_flow, ref field);
}
