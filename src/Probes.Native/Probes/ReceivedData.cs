using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>What programs at tcp_probe begin with. R6 is the socket, R7 its tcp_sock and R8 the flow's state.</summary>
internal static class ReceivedData
{
    private const int Fin = 1;

    public static Assembler BeginReceived(this Assembler asm, ProbeTarget target, int program)
    {
        return asm
            .Load(R6, R1, Field.Argument(0))
            .Load(R7, R1, Field.Argument(1))
            .Store(R10, Slots.Skb, R7)
            .BeginLedger(target.Maps.Ledgers, program)
            .FindFlow(target, LedgerCode.Filtered)
            .LoadTcpSock()
            .Store(R10, Slots.Outcome, (int)RunEnd.Aggregated)
            .Store(R10, Slots.RttsDue, 0);
    }

    /// <summary>
    /// R4 = the first sequence number of the payload that is not in order already, R3 = the one past its last, R5 = rcv_nxt;
    /// <see cref="Slots.Payload"/> is the whole payload. R4 is the payload's first at a late duplicate.
    /// </summary>
    /// <param name="none">Where to go without payload.</param>
    /// <param name="duplicate">Where to go when all of it was received in order before.</param>
    public static Assembler FindReceived(this Assembler asm, ProbeTarget target, string none, string duplicate)
    {
        return asm
            .Load(R2, R10, Slots.Skb)
            .Load(R4, R2, target.Skb.Sequence)
            .Load(R3, R2, target.Skb.EndSequence)
            .Load(R1, R2, target.Skb.TcpFlags)
            .And(R1, Fin)
            .Subtract32(R3, R1)
            .JumpIfEqual(R3, R4, none)
            .Load(R5, R7, target.Tcp.ReceiveNext)
            .Move(R1, R3)
            .Subtract32(R1, R4)
            .Store(R10, Slots.Payload, R1)
            .Move(R1, R5)
            .Subtract32(R1, R3)
            .JumpIfNegative32(R1, "not received")
            .Jump(duplicate)
            .Label("not received")
            .Move(R1, R5)
            .Subtract32(R1, R4)
            .JumpIfNegative32(R1, "all new")
            .Move(R4, R5)
            .Label("all new");
    }
}
