using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Programs;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Bursts of sent data. net_dev_start_xmit(skb, dev) comes for each packet that a device gets, so that local queues and pacing show.
/// </summary>
internal sealed class NetDevStartXmit
{
    public const string Tracepoint = "net_dev_start_xmit";

    private static sent_event s_event;
    private static flow_state s_flow;

    private readonly Assembler _asm = new();
    private readonly ProbeTarget _target;

    private NetDevStartXmit(ProbeTarget target)
    {
        _target = target;
    }

    /// <param name="program">This program's index in the ledgers.</param>
    public static ProgramSpec Assemble(ProbeTarget target, int program)
    {
        NetDevStartXmit probe = new(target);
        new SentData(probe._asm, target).Find(program);
        probe.AddToBurst();
        probe._asm.EndRun().EndLedger(LedgerCode.Filtered, LedgerCode.Aggregated, LedgerCode.Emitted, LedgerCode.Dropped);
        return new ProgramSpec("nodebox_send", Tracepoint, target.Btf.Tracepoint(Tracepoint), probe._asm.Assemble());
    }

    private void AddToBurst()
    {
        BurstCode burst = new(_target, TrafficDirection.Tx);
        _asm.FindNewBytes(burst.Next, burst.Holes, null, LedgerCode.Filtered);
        CountSegments();
        burst.Add(_asm, () => Emit(burst));
    }

    // What is shorter than half of what a segment may have is one segment, and needs no reading.
    private void CountSegments()
    {
        _asm.Load(R1, R8, Layout.Of(ref s_flow, ref s_flow.facts.mss))
            .ShiftRight(R1, 1)
            .Load(R3, R10, Slots.Payload)
            .Store(R10, Slots.Segments, 1)
            .Store(R10, Slots.SegmentSize, 0)
            .JumpIfGreater(R1, R3, "one")
            .ReadSegments(_target.Skb)
            .Label("one");
    }

    private void Emit(BurstCode burst)
    {
        _asm.TryReserve(_target.Maps.Events, Unsafe.SizeOf<sent_event>())
            .JumpIfEqual(R0, 0, "dropped burst")
            .Move(R6, R0)
            .Store(R6, At(ref s_event.header.kind), (int)EventKind.Sent)
            .Store(R6, At(ref s_event.header.ktime_ns), R7)
            .Copy(R6, At(ref s_event.header.cookie), R8, Layout.Of(ref s_flow, ref s_flow.cookie))
            .Copy(R6, At(ref s_event.header.burst), R8, burst.Ordinal)
            .Copy(R6, At(ref s_event.burst), R8, burst.Open)
            .EndRecord(R6, "dropped burst");
    }

    private static Field At<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_event, ref field);
}
