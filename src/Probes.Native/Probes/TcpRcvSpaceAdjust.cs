using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Programs;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// The owner of accepted sockets. tcp_rcv_space_adjust(sk) runs in the thread that receives; accept(2) itself has no tracepoint.
/// </summary>
internal static class TcpRcvSpaceAdjust
{
    public const string Tracepoint = "tcp_rcv_space_adjust";

    private static flow_state s_flow;

    /// <param name="program">This program's index in the ledgers.</param>
    public static ProgramSpec Assemble(ProbeTarget target, int program)
    {
        Assembler asm = new();
        asm.Load(R6, R1, Field.Argument(0))
            .BeginLedger(target.Maps.Ledgers, program)
            .FindFlow(target, LedgerCode.Filtered)
            .Load(R1, R8, Layout.Of(ref s_flow, ref s_flow.core.pid))
            .JumpIfNotEqual(R1, 0, LedgerCode.Filtered)
            .WriteOwner()
            .Jump(LedgerCode.Aggregated)
            .EndLedger(LedgerCode.Filtered, LedgerCode.Aggregated);
        return new ProgramSpec("nodebox_owner", Tracepoint, target.Btf.Tracepoint(Tracepoint), asm.Assemble());
    }
}
