using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Where the programs keep flows: one piece of memory whose address they know, a table with open addressing by socket cookie. What has a state
/// is of the namespace that is watched.
/// <para>
/// The kernel hands cookies out in batches of 4,096, one after the other to each CPU (include/linux/cookie.h). Within a batch they are in
/// sequence, so that the first place tried is nearly always right. A batch's first place is a little behind that of the batch before, because
/// every fourth would have the same places otherwise, and all CPUs use the beginning of theirs.
/// </para>
/// <para>
/// Finding a flow takes 5 ns, in a socket's own storage 16 and in a hash map 45; making one takes 100, 900 and 450.
/// </para>
/// </summary>
internal static class FlowTable
{
    /// <summary>How many places a flow may be at, from that of its cookie on.</summary>
    public const int Reach = 4;

    private const int BatchBits = 12;

    // Odd and without a simple ratio to the table's size, so that the batches in use lie apart.
    private const int BatchShift = 1031;

    private static flow_state s_flow;

    /// <summary>A flow's packets, from its state's beginning.</summary>
    public static Field Packets => new(Unsafe.SizeOf<flow_state>(), Unsafe.SizeOf<flow_packets>());

    private static Field Cookie => Of(ref s_flow.cookie);

    public static int Bytes(FlowProbeOptions options) => options.FlowPlaces * PlaceBytes(options);

    /// <summary>From one place to the next: a flow's state and, where they are asked for, its packets.</summary>
    public static int PlaceBytes(FlowProbeOptions options) =>
        Unsafe.SizeOf<flow_state>() + (options.Packets ? Unsafe.SizeOf<flow_packets>() : 0);

    /// <summary>The first place to try for a cookie, which is to be taken modulo the number of places.</summary>
    public static ulong FirstPlace(ulong cookie) => cookie + ((cookie >> BatchBits) * BatchShift);

    /// <summary>R8 = the state of the socket in R6; jumps where it has none. R9 stays, and so do R6 and R7.</summary>
    public static Assembler FindFlow(this Assembler asm, ProbeTarget target, string absent)
    {
        string found = asm.NewLabel("found");
        asm.Load(R3, R6, target.Socket.Cookie)
            .JumpIfEqual(R3, 0, absent)
            .LoadFirstPlace();
        for (int i = 0; i < Reach; i++)
        {
            asm.LoadPlace(target, i)
                .Load(R4, R8, Cookie)
                .JumpIfEqual(R4, R3, found);
        }

        return asm.Jump(absent).Label(found);
    }

    /// <summary>R8 = the socket's state, new and begun now; jumps where all its places are taken.</summary>
    public static Assembler BeginFlow(this Assembler asm, ProbeTarget target, FlowDirection direction, string without)
    {
        string claimed = asm.NewLabel("claimed");
        asm.Move(R1, R6)
            .Call(Helper.GetSocketCookie)
            .Move(R3, R0)
            .LoadFirstPlace();
        for (int i = 0; i < Reach; i++)
        {
            asm.LoadPlace(target, i)
                .Move(R0, 0)
                .CompareExchange(R8, Cookie, R3)
                .JumpIfEqual(R0, 0, claimed);
        }

        return asm.Jump(without)
            .Label(claimed)
            .Zero(R8, Of(ref s_flow.core))
            .Zero(R8, Of(ref s_flow.facts))
            .Zero(R8, target.Options.Packets ? Packets : Packets with { Size = 0 })
            .Store(R8, Of(ref s_flow.core.direction), (int)direction)
            .Call(Helper.KtimeGetNs)
            .Store(R8, Of(ref s_flow.core.begin_ns), R0);
    }

    /// <summary>
    /// Frees the place of the state that the register points to. Another flow may take it at once, so this comes when the socket's life is over:
    /// programs that run under the socket's lock do not run any more, and a packet of it that a local queue still has finds no state.
    /// </summary>
    public static Assembler EndFlow(this Assembler asm, Register flow) => asm.Store(flow, Cookie, 0);

    // R2 = FirstPlace of the cookie in R3.
    private static Assembler LoadFirstPlace(this Assembler asm)
    {
        return asm
            .Move(R2, R3)
            .ShiftRight(R2, BatchBits)
            .Multiply(R2, BatchShift)
            .Add(R2, R3);
    }

    // R8 = the place so many behind R2.
    private static Assembler LoadPlace(this Assembler asm, ProbeTarget target, int number)
    {
        return asm
            .Move(R1, R2)
            .Add(R1, number)
            .And(R1, target.Options.FlowPlaces - 1)
            .Multiply(R1, PlaceBytes(target.Options))
            .LoadMapValue(R8, target.Maps.Flows.Fd.Number)
            .Add(R8, R1);
    }

    private static Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_flow, ref field);
}
