using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Programs;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// RTT samples, zero windows and, where bursts are asked for, bursts of received data and late duplicates. tcp_probe(sk, skb) comes once for each packet that an ESTABLISHED
/// socket receives, after data_segs_in has counted it and before anything else of it is processed. Only sockets of this namespace whose
/// beginning was seen have a state.
/// </summary>
internal sealed class TcpProbe
{
    public const string Tracepoint = "tcp_probe";

    private static flow_state s_flow;

    private readonly Assembler _asm = new();
    private readonly ProbeTarget _target;
    private readonly ReceivedCode _record;

    private TcpProbe(ProbeTarget target)
    {
        _target = target;
        _record = new ReceivedCode(target);
    }

    /// <param name="program">This program's index in the ledgers.</param>
    public static ProgramSpec Assemble(ProbeTarget target, int program)
    {
        TcpProbe probe = new(target);
        probe._asm.BeginReceived(target, program);
        probe.CountZeroWindow();
        probe._asm.TakeRtt(target.Tcp, Slots.RttsDue);
        if (target.Options.Bursts)
        {
            probe._asm.FindReceived(target, none: "report", "duplicate");
            probe.AddToBurst();
            probe.Duplicate();
        }

        probe.End();
        return new ProgramSpec("nodebox_receive", Tracepoint, target.Btf.Tracepoint(Tracepoint), probe._asm.Assemble());
    }

    // The window is what the packet before this one said.
    private void CountZeroWindow()
    {
        Field zero = Of(ref s_flow.core.window_is_zero);
        Field count = Of(ref s_flow.core.zero_windows);
        _asm.Load(R1, R7, _target.Tcp.SendWindow)
            .Load(R2, R8, zero)
            .JumpIfNotEqual(R1, 0, "window")
            .JumpIfNotEqual(R2, 0, "window counted")
            .Store(R8, zero, 1)
            .Load(R1, R8, count)
            .Add(R1, 1)
            .Store(R8, count, R1)
            .Jump("window counted")
            .Label("window")
            .JumpIfEqual(R2, 0, "window counted")
            .Store(R8, zero, 0)
            .Label("window counted");
    }

    private void AddToBurst()
    {
        BurstCode burst = new(_target, TrafficDirection.Rx);
        _asm.Load(R1, R7, _target.Tcp.SegmentSize)
            .Store(R8, Of(ref s_flow.facts.mss), R1)
            .FindNewBytes(burst.Next, burst.Holes, R5, "nothing new");
        CountSegments();
        burst.Add(_asm, () => _record.Emit(_asm, burst));
        _asm.Jump("report");

        // It fills no hole, so it was received before; its segments are no burst's.
        _asm.Label("nothing new");
        _asm.ReadSegments(_target.Skb);
        AddToSeen();
        _asm.Jump("report");
    }

    // data_segs_in counts packets that wait in the backlog as well. Where none do, its growth is this packet's, and that of packets that came
    // with the handshake.
    private void CountSegments()
    {
        _asm.Load(R1, R6, _target.Socket.Backlog)
            .JumpIfNotEqual(R1, 0, "backlog")
            .Load(R1, R7, _target.Tcp.DataSegmentsIn)
            .Load(R2, R8, Of(ref s_flow.facts.segments_seen))
            .Store(R8, Of(ref s_flow.facts.segments_seen), R1)
            .Subtract32(R1, R2)
            .Store(R10, Slots.Segments, R1)
            .Store(R10, Slots.SegmentSize, 0)
            .JumpIfEqual(R1, 1, "segments counted")
            .Load(R1, R10, Slots.Skb)
            .ReadSegmentation(_target.Skb)
            .Store(R10, Slots.SegmentSize, R1)
            .Jump("segments counted")
            .Label("backlog");
        _asm.ReadSegments(_target.Skb);
        AddToSeen();
        _asm.Label("segments counted");
    }

    private void AddToSeen()
    {
        _asm.Load(R1, R8, Of(ref s_flow.facts.segments_seen))
            .Load(R2, R10, Slots.Segments)
            .Add(R1, R2)
            .Store(R8, Of(ref s_flow.facts.segments_seen), R1);
    }

    private void Duplicate()
    {
        _asm.Label("duplicate")
            .Store(R10, Slots.Begin, R4);
        _asm.ReadSegments(_target.Skb);
        AddToSeen();
        _record.EmitDuplicate(_asm);
    }

    private void End()
    {
        _asm.Label("report")
            .Load(R1, R10, Slots.RttsDue)
            .JumpIfEqual(R1, 0, "end of run")
            .Load(R1, R8, Of(ref s_flow.facts.rtts.count))
            .JumpIfEqual(R1, 0, "end of run");
        _record.Emit(_asm, null);
        _asm.Label("end of run")
            .EndRun()
            .EndLedger(LedgerCode.Filtered, LedgerCode.Aggregated, LedgerCode.Emitted, LedgerCode.Dropped);
    }

    private static Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_flow, ref field);
}
