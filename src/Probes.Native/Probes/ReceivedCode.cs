using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Writes the record of received packets: all RTT samples there are, and a burst or a duplicate. R8 is the flow's state; R6 becomes the
/// record, so that the socket is lost.
/// </summary>
internal sealed class ReceivedCode(ProbeTarget target)
{
    private static received_event s_event;
    private static flow_state s_flow;

    /// <param name="burst">Whose open burst goes along, or null.</param>
    public void Emit(Assembler asm, BurstCode? burst)
    {
        string dropped = Begin(asm);
        if (burst is not null)
        {
            asm.Copy(R6, At(ref s_event.header.burst), R8, burst.Ordinal)
                .Copy(R6, At(ref s_event.burst), R8, burst.Open);
        }
        else
        {
            asm.Store(R6, At(ref s_event.header.burst), 0)
                .Zero(R6, At(ref s_event.burst));
        }

        asm.Zero(R6, At(ref s_event.duplicate))
            .Store(R6, At(ref s_event.duplicates), 0);
        End(asm, dropped);
    }

    /// <summary>R7 is the tcp_sock; the packet is in <see cref="Slots"/>.</summary>
    public void EmitDuplicate(Assembler asm)
    {
        Field ordinal = Of(ref s_flow.facts.duplicates);
        string dropped = Begin(asm);
        asm.Store(R6, At(ref s_event.header.burst), 0)
            .Zero(R6, At(ref s_event.burst))
            .Copy(R6, At(ref s_event.duplicates), R8, ordinal)
            .Copy(R6, At(ref s_event.duplicate.ktime_ns), R6, At(ref s_event.header.ktime_ns))
            .Copy(R6, At(ref s_event.duplicate.seq), R10, Slots.Begin with { Size = 4 })
            .Copy(R6, At(ref s_event.duplicate.bytes), R10, Slots.Payload with { Size = 4 })
            .Copy(R6, At(ref s_event.duplicate.segs), R10, Slots.Segments with { Size = 4 })
            .Copy(R6, At(ref s_event.duplicate.data_segs_in), R7, target.Tcp.DataSegmentsIn);
        End(asm, dropped);
        asm.Load(R1, R8, ordinal)
            .Add(R1, 1)
            .Store(R8, ordinal, R1)
            .Jump("end of run");
    }

    private string Begin(Assembler asm)
    {
        string dropped = asm.NewLabel("dropped");
        asm.TryReserve(target.Maps.Events, Unsafe.SizeOf<received_event>())
            .JumpIfEqual(R0, 0, dropped)
            .Move(R6, R0)
            .Store(R6, At(ref s_event.header.kind), (int)EventKind.Received)
            .Store(R6, At(ref s_event.reserved), 0)
            .Copy(R6, At(ref s_event.header.cookie), R8, Of(ref s_flow.cookie))
            .Copy(R6, At(ref s_event.rtts), R8, Of(ref s_flow.facts.rtts))
            .Call(Helper.KtimeGetNs)
            .Store(R6, At(ref s_event.header.ktime_ns), R0);
        return dropped;
    }

    // What could not be reported is lost: its ordinals are used up, so that the reader notices.
    private static void End(Assembler asm, string dropped)
    {
        Field first = Of(ref s_flow.facts.rtts.first);
        Field count = Of(ref s_flow.facts.rtts.count);
        asm.EndRecord(R6, dropped)
            .Load(R1, R8, first)
            .Load(R2, R8, count)
            .Add(R1, R2)
            .Store(R8, first, R1)
            .Store(R8, count, 0);
    }

    private static Field At<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_event, ref field);

    private static Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_flow, ref field);
}
