using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Writes a flow's records and ends the run, and the flow where it is over. R6 is the socket and R7 its tcp_sock; R8 becomes the record.
/// The rest is on the stack, around <see cref="Slots.Outcome"/>.
/// </summary>
internal sealed class FlowRecordCode(ProbeTarget target)
{
    public static readonly Field OldState = new(-16, 8);
    public static readonly Field NewState = new(-32, 8);

    /// <summary>An <see cref="EventKind"/>.</summary>
    public static readonly Field Kind = new(-40, 8);

    /// <summary>The flow's state, or null.</summary>
    public static readonly Field Flow = new(-48, 8);

    private static closed_event s_event;
    private static flow_state s_flow;

    /// <summary>The label "emit": a record without facts.</summary>
    public void Emit(Assembler asm)
    {
        asm.Label("emit")
            .TryReserve(target.Maps.Events, Unsafe.SizeOf<flow_event>())
            .JumpIfEqual(R0, 0, "no room");
        Write(asm);
        asm.Load(R0, R10, Flow)
            .CopyOrZero(R8, At(ref s_event.flow.flow), R0, Layout.Of(ref s_flow, ref s_flow.core))
            .Jump("submit");
    }

    /// <summary>The label "emit closed": a record with all facts that were not reported. There is a flow's state.</summary>
    public void EmitClosed(Assembler asm)
    {
        asm.Label("emit closed")
            .TryReserve(target.Maps.Events, ClosedBytes(target.Options))
            .JumpIfEqual(R0, 0, "no room");
        Write(asm);
        asm.Load(R2, R10, Flow)
            .Copy(R8, At(ref s_event.flow.flow), R2, Layout.Of(ref s_flow, ref s_flow.core))
            .Copy(R8, At(ref s_event.facts), R2, Layout.Of(ref s_flow, ref s_flow.facts));
        if (target.Options.Packets)
        {
            asm.Copy(R8, new Field(Unsafe.SizeOf<closed_event>(), FlowTable.Packets.Size), R2, FlowTable.Packets);
        }

        asm.Label("submit")
            .Submit(R8)
            .Store(R10, Slots.Outcome, (int)RunEnd.Emitted)
            .Jump("finish")
            .Label("no room")
            .Store(R10, Slots.Outcome, (int)RunEnd.Dropped)
            .Label("finish")
            .Load(R1, R10, Kind)
            .JumpIfEqual(R1, (int)EventKind.Opened, "ended")
            .JumpIfEqual(R1, (int)EventKind.Established, "ended")
            .Load(R1, R10, Flow)
            .JumpIfEqual(R1, 0, "ended")
            .EndFlow(R1)
            .Label("ended")
            .EndRun();
    }

    // Packets, where they are asked for, lie behind the rest.
    private static int ClosedBytes(FlowProbeOptions options) =>
        Unsafe.SizeOf<closed_event>() + (options.Packets ? Unsafe.SizeOf<flow_packets>() : 0);

    private void Write(Assembler asm)
    {
        TcpFields tcp = target.Tcp;
        asm.Move(R8, R0)
            .Copy(R8, At(ref s_event.flow.header.kind), R10, Kind with { Size = 4 })
            .Copy(R8, At(ref s_event.flow.old_state), R10, OldState with { Size = 4 })
            .WriteHeader(target.Socket, target.Maps.Tags)
            .Copy(R8, At(ref s_event.flow.sk_err), R6, tcp.Error)
            .Copy(R8, At(ref s_event.flow.sk_flags), R6, tcp.Flags)
            .Copy(R8, At(ref s_event.flow.bytes_acked), R7, tcp.BytesAcked)
            .Copy(R8, At(ref s_event.flow.bytes_received), R7, tcp.BytesReceived)
            .Copy(R8, At(ref s_event.flow.bytes_sent), R7, tcp.BytesSent)
            .Copy(R8, At(ref s_event.flow.bytes_retrans), R7, tcp.BytesRetrans)
            .Copy(R8, At(ref s_event.flow.snd_una), R7, tcp.SendUnacknowledged)
            .Copy(R8, At(ref s_event.flow.snd_nxt), R7, tcp.SendNext)
            .Copy(R8, At(ref s_event.flow.write_seq), R7, tcp.WriteSequence)
            .Copy(R8, At(ref s_event.flow.total_retrans), R7, tcp.TotalRetrans)
            .Copy(R8, At(ref s_event.flow.data_segs_out), R7, tcp.DataSegmentsOut)
            .Copy(R8, At(ref s_event.flow.data_segs_in), R7, tcp.DataSegmentsIn)
            .Copy(R8, At(ref s_event.flow.srtt_us), R7, tcp.SmoothedRtt)
            .Copy(R8, At(ref s_event.flow.min_rtt_us), R7, tcp.MinRtt)
            .Store(R8, At(ref s_event.flow.reserved), 0);
        if (tcp.OutOfOrderSegments is Field outOfOrder)
        {
            asm.Copy(R8, At(ref s_event.flow.rcv_ooopack), R7, outOfOrder);
        }
        else
        {
            asm.Store(R8, At(ref s_event.flow.rcv_ooopack), -1);
        }

        asm.Load(R2, R7, tcp.Congestion)
            .Copy(R8, At(ref s_event.flow.congestion), R2, tcp.CongestionName);
    }

    private static Field At<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_event, ref field);
}
