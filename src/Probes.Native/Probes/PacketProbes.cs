using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Programs;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Each data packet with bytes that were not seen before, for who wants them all: programs of their own, so that nobody else pays for them.
/// </summary>
internal static class PacketProbes
{
    /// <param name="program">The program's index in the ledgers.</param>
    public static ProgramSpec AssembleReceived(ProbeTarget target, int program)
    {
        Assembler asm = new();
        PacketCode packets = new(target, TrafficDirection.Rx);
        asm.BeginReceived(target, program)
            .FindReceived(target, none: LedgerCode.Filtered, duplicate: LedgerCode.Filtered);
        packets.FindNewBytes(asm, R5, LedgerCode.Filtered);
        return Finish(asm, target, packets, "nodebox_rx_pkt", TcpProbe.Tracepoint);
    }

    /// <param name="program">The program's index in the ledgers.</param>
    public static ProgramSpec AssembleSent(ProbeTarget target, int program)
    {
        Assembler asm = new();
        PacketCode packets = new(target, TrafficDirection.Tx);
        new SentData(asm, target).Find(program);
        packets.FindNewBytes(asm, null, LedgerCode.Filtered);
        return Finish(asm, target, packets, "nodebox_tx_pkt", NetDevStartXmit.Tracepoint);
    }

    private static ProgramSpec Finish(Assembler asm, ProbeTarget target, PacketCode packets, string name, string tracepoint)
    {
        asm.ReadSegments(target.Skb);
        packets.Add(asm);
        asm.EndRun().EndLedger(LedgerCode.Filtered, LedgerCode.Aggregated, LedgerCode.Emitted, LedgerCode.Dropped);
        return new ProgramSpec(name, tracepoint, target.Btf.Tracepoint(tracepoint), asm.Assemble()) { Account = tracepoint + "/packets" };
    }
}
