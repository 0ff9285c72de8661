using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Tells the bytes of a packet that were not seen before in its direction, so that each byte counts once: neither retransmissions nor a
/// second pass through a stacked device (a bridge's port, a tunnel) nor duplicates count.
/// <para>
/// It keeps the highest sequence number seen and the number of bytes below it that were not: a packet from below counts as far as there are
/// such. Which of them it has is not known, so a duplicate may count in place of the packet that fills the hole; the sum stays exact.
/// </para>
/// </summary>
internal static class NewBytes
{
    /// <summary>
    /// Writes <see cref="Slots.Begin"/> and <see cref="Slots.NewBytes"/>; jumps where there are none. R4 is the packet's first sequence number
    /// and R3 the one past its last; R8 is the flow's state. R6 to R9 stay.
    /// </summary>
    /// <param name="next">Where the direction keeps <see cref="burst_state.next_seq"/>.</param>
    /// <param name="holes">Where it keeps <see cref="burst_state.holes"/>.</param>
    /// <param name="inOrder">
    /// A register with a sequence number before which all is there, or null: what of that was not seen arrived with the handshake.
    /// </param>
    public static Assembler FindNewBytes(this Assembler asm, Field next, Field holes, Register? inOrder, string none)
    {
        asm.Load(R2, R8, next)
            .Move(R1, R4)
            .Subtract32(R1, R2)
            .JumpIfZero32(R1, "in order");
        if (inOrder is Register before)
        {
            asm.Move(R0, before)
                .Subtract32(R0, R2)
                .JumpIfPositive32(R0, "unseen");
        }

        asm.JumpIfNegative32(R1, "from below")
            .Load(R0, R8, holes)
            .Add(R0, R1)
            .Store(R8, holes, R0)
            .Jump("in order")
            .Label("from below")
            .Move(R1, R3)
            .Subtract32(R1, R2)
            .JumpIfPositive32(R1, "straddles")
            .Move(R2, R3)
            .Move(R1, 0)
            .Jump("fill")
            .Label("straddles")
            .Store(R8, next, R3)

            // R1 bytes are above, and of those from R4 to R2 as many count as there are holes.
            .Label("fill")
            .Subtract32(R2, R4)
            .Load(R0, R8, holes)
            .JumpIfGreater(R0, R2, "fills a part")
            .Move(R2, R0)
            .Label("fills a part")
            .Subtract(R0, R2)
            .Store(R8, holes, R0)
            .Add(R1, R2)
            .Jump("counted");
        if (inOrder is not null)
        {
            asm.Label("unseen")
                .Move(R4, R2);
        }

        return asm.Label("in order")
            .Store(R8, next, R3)
            .Move(R1, R3)
            .Subtract32(R1, R4)
            .Label("counted")
            .JumpIfEqual(R1, 0, none)
            .Store(R10, Slots.NewBytes, R1)
            .Store(R10, Slots.Begin, R4);
    }
}
