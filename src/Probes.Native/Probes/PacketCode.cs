using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Adds a packet with new bytes to its direction's batch, and reports the batch before when that is full or old. R8 is the flow's state; what
/// else is known of the packet is in <see cref="Slots"/>. R6 and R7 are lost.
/// </summary>
internal sealed class PacketCode(ProbeTarget target, TrafficDirection direction)
{
    /// <summary>A batch this old is reported although it is not full.</summary>
    private const int OldNs = 1_000_000_000;

    private static flow_state s_flow;
    private static flow_packets s_packets;
    private static packet_batch s_batch;
    private static data_packet s_packet;
    private static packets_event s_event;

    private readonly Field _batch = BatchOf(direction);

    private Field Next => Of(ref s_batch.next_seq);

    private Field Holes => Of(ref s_batch.holes);

    private Field Count => Of(ref s_batch.count);

    private Field First => Of(ref s_batch.first);

    private Field Since => Of(ref s_batch.since_ns);

    /// <summary>Where a direction's batch keeps the next sequence number, from the flow's state.</summary>
    public static Field NextOf(TrafficDirection direction) => Layout.Of(ref s_batch, ref s_batch.next_seq).In(BatchOf(direction));

    /// <summary>As <see cref="NewBytes.FindNewBytes"/>, for the batch.</summary>
    public Assembler FindNewBytes(Assembler asm, Register? inOrder, string none) => asm.FindNewBytes(Next, Holes, inOrder, none);

    public void Add(Assembler asm)
    {
        asm.Call(Helper.KtimeGetNs)
            .Move(R7, R0)
            .Load(R1, R8, Count)
            .JumpIfEqual(R1, 0, "first packet")
            .JumpIfGreater(R1, packet_batch.Full - 1, "report packets")
            .Move(R2, R7)
            .Load(R3, R8, Since)
            .Subtract(R2, R3)
            .JumpIfGreater(R2, OldNs, "report packets")
            .Jump("add packet")
            .Label("report packets");
        Report(asm);
        asm.Move(R1, 0)
            .Label("first packet")
            .Store(R8, Since, R7)
            .Label("add packet")
            .Move(R2, R1)
            .Multiply(R2, Unsafe.SizeOf<data_packet>())
            .Add(R2, R8)
            .Store(R2, Item(ref s_packet.ktime_ns), R7)
            .Copy(R2, Item(ref s_packet.seq), R10, Slots.Begin with { Size = 4 }, R3)
            .Copy(R2, Item(ref s_packet.bytes), R10, Slots.NewBytes with { Size = 4 }, R3)
            .Copy(R2, Item(ref s_packet.segs), R10, Slots.Segments with { Size = 4 }, R3)
            .Store(R2, Item(ref s_packet.reserved), 0)
            .Add(R1, 1)
            .Store(R8, Count, R1);
    }

    private void Report(Assembler asm)
    {
        EventKind kind = direction == TrafficDirection.Rx ? EventKind.ReceivedPackets : EventKind.SentPackets;
        asm.TryReserve(target.Maps.Events, Unsafe.SizeOf<packets_event>())
            .JumpIfEqual(R0, 0, "packets dropped")
            .Move(R6, R0)
            .Store(R6, At(ref s_event.header.kind), (int)kind)
            .Store(R6, At(ref s_event.header.burst), 0)
            .Store(R6, At(ref s_event.header.ktime_ns), R7)
            .Copy(R6, At(ref s_event.header.cookie), R8, Layout.Of(ref s_flow, ref s_flow.cookie))
            .Copy(R6, At(ref s_event.batch), R8, _batch)
            .EndRecord(R6, "packets dropped")
            .Load(R1, R8, First)
            .Load(R2, R8, Count)
            .Add(R1, R2)
            .Store(R8, First, R1)
            .Store(R8, Count, 0);
    }

    private static Field BatchOf(TrafficDirection direction)
    {
        Field rx = Layout.Of(ref s_packets, ref s_packets.rx);
        Field tx = Layout.Of(ref s_packets, ref s_packets.tx);
        return (direction == TrafficDirection.Rx ? rx : tx).In(FlowTable.Packets);
    }

    private Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_batch, ref field).In(_batch);

    private Field Item<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_packet, ref field).In(Of(ref s_batch.packets));

    private static Field At<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_event, ref field);
}
