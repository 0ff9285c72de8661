using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Programs;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// A record per retransmission. tcp_retransmit_skb(sk, skb[, err]) comes after the segment went out; since 6.17 also after it could not,
/// with err set. One skb may be several segments, and carries its payload only: a SYN or bare FIN has length 0.
/// </summary>
internal static class TcpRetransmitSkb
{
    public const string Tracepoint = "tcp_retransmit_skb";

    private const int ErrorArgument = 2;
    private static readonly Field s_skb = new(-16, 8);
    private static readonly Field s_error = new(-24, 8);
    private static retransmit_event s_event;
    private static flow_state s_flow;

    /// <param name="program">This program's index in the ledgers.</param>
    public static ProgramSpec Assemble(ProbeTarget target, int program)
    {
        Assembler asm = new();
        Begin(asm, target, program);
        Remember(asm, target);
        Emit(asm, target);
        asm.EndLedger(LedgerCode.Filtered, LedgerCode.Aggregated, LedgerCode.Emitted, LedgerCode.Dropped);
        return new ProgramSpec("nodebox_retrans", Tracepoint, target.Btf.Tracepoint(Tracepoint), asm.Assemble());
    }

    private static void Begin(Assembler asm, ProbeTarget target, int program)
    {
        asm.Load(R6, R1, Field.Argument(0))
            .Load(R7, R1, Field.Argument(1));
        if (target.Btf.TracepointArguments(Tracepoint) > ErrorArgument)
        {
            asm.Load(R2, R1, Field.Argument(ErrorArgument));
        }
        else
        {
            asm.Move(R2, 0);
        }

        asm.Store(R10, s_error, R2)
            .Store(R10, s_skb, R7)
            .BeginLedger(target.Maps.Ledgers, program)
            .FilterNamespace(target.Socket, target.NetNamespace)
            .LoadTcpSock();
    }

    // total_retrans grows before an attempt, whether that succeeds or not; some attempts fail before. Its growth since the last attempt
    // says which.
    private static void Remember(Assembler asm, ProbeTarget target)
    {
        Field seen = Of(ref s_flow.core.retrans_seen);
        Field bare = Of(ref s_flow.core.retrans_bare);
        Field refused = Of(ref s_flow.core.retrans_refused);
        SkbFields skb = target.Skb;
        asm.FindFlow(target, "remembered")
            .Load(R3, R7, target.Btf.Field("tcp_sock", "total_retrans"))
            .Load(R4, R8, seen)
            .Store(R8, seen, R3)
            .Subtract(R3, R4)
            .Load(R5, R10, s_skb)
            .Load(R1, R5, skb.Length)
            .JumpIfNotEqual(R1, 0, "with data")
            .Load(R1, R8, bare)
            .Add(R1, R3)
            .Store(R8, bare, R1)
            .Jump("remembered")
            .Label("with data")
            .Load(R1, R10, s_error)
            .JumpIfZero32(R1, "remembered")
            .Load(R1, R8, refused)
            .Add(R1, R3)
            .Store(R8, refused, R1)
            .Label("remembered")
            .Load(R1, R10, s_error)
            .JumpIfNotEqual32(R1, 0, LedgerCode.Aggregated);
    }

    private static void Emit(Assembler asm, ProbeTarget target)
    {
        SkbFields skb = target.Skb;
        asm.TryReserve(target.Maps.Events, Unsafe.SizeOf<retransmit_event>())
            .JumpIfEqual(R0, 0, LedgerCode.Dropped)
            .Move(R8, R0)
            .Store(R8, At(ref s_event.header.kind), (int)EventKind.Retransmit)
            .WriteHeader(target.Socket, target.Maps.Tags)
            .Load(R2, R10, s_skb)
            .Copy(R8, At(ref s_event.seq), R2, skb.Sequence)
            .Copy(R8, At(ref s_event.end_seq), R2, skb.EndSequence)
            .Copy(R8, At(ref s_event.bytes), R2, skb.Length)
            .Copy(R8, At(ref s_event.segs), R2, skb.Segments)
            .Copy(R8, At(ref s_event.state), R6, target.Btf.Field("sock", "__sk_common.skc_state"))
            .Store(R8, At(ref s_event.reserved), 0)
            .Submit(R8)
            .Jump(LedgerCode.Emitted);
    }

    private static Field At<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_event, ref field);

    private static Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_flow, ref field);
}
