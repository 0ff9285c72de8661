using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Programs;
using NodeBox.Probes.Native.Sys;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Takes the RTT of each socket's last acknowledgement before a snapshot: tcp_probe sees an acknowledgement's sample when the next packet comes,
/// and on an idle connection none does. The iterator holds the socket's lock meanwhile, as tcp_probe's caller does (since 5.15).
/// </summary>
internal static class BpfIterTcp
{
    public const string Iterator = "bpf_iter_tcp";

    // struct bpf_iter__tcp: the pass, then the socket, null when there are no more.
    private const int SocketArgument = 1;

    /// <param name="program">This program's index in the ledgers.</param>
    public static ProgramSpec Assemble(ProbeTarget target, int program)
    {
        Assembler asm = new();
        asm.Load(R6, R1, Field.Argument(SocketArgument))
            .BeginLedger(target.Maps.Ledgers, program)
            .JumpIfEqual(R6, 0, LedgerCode.Filtered)
            .LoadTcpSock()
            .FilterNamespace(target.Socket, target.NetNamespace)
            .FindFlow(target, LedgerCode.Filtered)
            .TakeRtt(target.Tcp)
            .Jump(LedgerCode.Aggregated)
            .EndLedger(LedgerCode.Filtered, LedgerCode.Aggregated);
        return new ProgramSpec("nodebox_iter", Iterator, target.Btf.Find(BtfKind.Func, Iterator), asm.Assemble())
        {
            AttachType = bpf_attach_type.BPF_TRACE_ITER,
        };
    }
}
