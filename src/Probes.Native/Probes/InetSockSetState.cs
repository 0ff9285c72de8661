using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Programs;
using NodeBox.Probes.Native.Sys;
using static NodeBox.Probes.Native.Asm.Register;
using static NodeBox.Probes.Native.Sys.tcp_state;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// The life of flows: a record when connect begins, when the handshake is done, and when the socket's life ends.
/// inet_sock_set_state(sk, oldstate, newstate) comes before the state changes and, for SYN_SENT, in the thread that connects.
/// R8 is the flow's state, which <see cref="FlowRecordCode"/> finds on the stack.
/// </summary>
internal sealed class InetSockSetState
{
    public const string Tracepoint = "inet_sock_set_state";

    private static flow_state s_flow;

    private readonly Assembler _asm = new();
    private readonly ProbeTarget _target;
    private readonly TcpFields _tcp;

    private InetSockSetState(ProbeTarget target)
    {
        _target = target;
        _tcp = target.Tcp;
    }

    /// <param name="program">This program's index in the ledgers.</param>
    public static ProgramSpec Assemble(ProbeTarget target, int program)
    {
        InetSockSetState probe = new(target);
        FlowRecordCode record = new(target);
        probe.Dispatch(program);
        probe.Opened();
        probe.Established();
        probe.Changed();
        probe.Closed();
        record.Emit(probe._asm);
        record.EmitClosed(probe._asm);
        probe._asm.EndLedger(LedgerCode.Filtered, LedgerCode.Aggregated, LedgerCode.Emitted, LedgerCode.Dropped);
        return new ProgramSpec("nodebox_state", Tracepoint, target.Btf.Tracepoint(Tracepoint), probe._asm.Assemble());
    }

    private void Dispatch(int program)
    {
        _asm.Load(R6, R1, Field.Argument(0))
            .Load(R2, R1, Field.Argument(1))
            .Store(R10, FlowRecordCode.OldState, R2)
            .Load(R2, R1, Field.Argument(2))
            .Store(R10, FlowRecordCode.NewState, R2)
            .Store(R10, FlowRecordCode.Flow, 0)
            .BeginLedger(_target.Maps.Ledgers, program)
            .Load(R2, R10, FlowRecordCode.NewState)
            .JumpIfEqual(R2, (int)TCP_SYN_RECV, LedgerCode.Filtered)
            .FilterNamespace(_target.Socket, _target.NetNamespace)
            .FilterProtocol(_target.Socket)
            .LoadTcpSock()
            .Load(R2, R10, FlowRecordCode.NewState)
            .JumpIfEqual(R2, (int)TCP_SYN_SENT, "opened")
            .JumpIfEqual(R2, (int)TCP_ESTABLISHED, "established")
            .JumpIfEqual(R2, (int)TCP_CLOSE, "closed")
            .JumpIfEqual(R2, (int)TCP_LISTEN, LedgerCode.Filtered)
            .Jump("changed");
    }

    // A socket that was disconnected connects again with the cookie that it has; its place was freed when it closed.
    private void Opened()
    {
        string next = _target.Options.Openings ? "emit" : LedgerCode.Aggregated;
        _asm.Label("opened")
            .Store(R10, FlowRecordCode.Kind, (int)EventKind.Opened)
            .BeginFlow(_target, FlowDirection.Active, "opened without place")
            .Store(R10, FlowRecordCode.Flow, R8)
            .WriteOwner()
            .Jump(next)
            .Label("opened without place")
            .CountMissed()
            .Jump(next);
    }

    // The flow of an accepted socket begins here, not when a listener is cloned at LISTEN → SYN_RECV: until 6.15 the clone gets its own cookie
    // only after that (inet_csk_clone_lock). The handshake is over by then, as the kernel clones when its last segment arrives (tcp_check_req).
    // SYN_SENT → SYN_RECV → ESTABLISHED is a simultaneous open, whose flow has begun already.
    // At the passive end the first RTT sample is SYN-ACK to ACK (tcp_synack_rtt_meas): going back by it gives the time of the SYN.
    private void Established()
    {
        _asm.Label("established")
            .Store(R10, FlowRecordCode.Kind, (int)EventKind.Established)
            .FindFlow(_target, "accepted")
            .Label("begun")
            .Store(R10, FlowRecordCode.Flow, R8);
        BeginCounts();
        _asm.Call(Helper.KtimeGetNs)
            .Store(R8, Of(ref s_flow.core.established_ns), R0)
            .Load(R1, R8, Of(ref s_flow.core.direction))
            .JumpIfNotEqual(R1, (int)FlowDirection.Passive, "emit")
            .Load(R1, R7, _tcp.SmoothedRtt)
            .JumpIfEqual(R1, 0, "emit")
            .ShiftRight(R1, 3)
            .Store(R8, Of(ref s_flow.core.handshake_us), R1)
            .Multiply(R1, 1000)
            .Subtract(R0, R1)
            .Store(R8, Of(ref s_flow.core.begin_ns), R0)
            .Jump("emit")
            .Label("accepted")
            .Load(R2, R10, FlowRecordCode.OldState)
            .JumpIfNotEqual(R2, (int)TCP_SYN_RECV, "emit")
            .BeginFlow(_target, FlowDirection.Passive, "accepted without place")
            .Jump("begun")
            .Label("accepted without place")
            .CountMissed()
            .Jump("emit");
    }

    // What has been retransmitted by now is SYNs or, inherited from the request (tcp_create_openreq_child), SYN-ACKs; what was delivered is
    // those, too. bytes_acked counts a connecting socket's SYN, not an accepted one's; bytes_received counts no SYN.
    private void BeginCounts()
    {
        _asm.Load(R1, R7, _tcp.TotalRetrans)
            .Store(R8, Of(ref s_flow.core.retrans_seen), R1)
            .Store(R8, Of(ref s_flow.core.retrans_bare), R1)
            .Load(R1, R7, _tcp.Delivered)
            .Store(R8, Of(ref s_flow.facts.delivered), R1)
            .Load(R1, R7, _tcp.SegmentSize)
            .Store(R8, Of(ref s_flow.facts.mss), R1)
            .Load(R1, R7, _tcp.ReceiveNext)
            .Load(R2, R7, _tcp.BytesReceived)
            .Subtract(R1, R2)
            .Store(R8, Of(ref s_flow.core.first_receive), R1)
            .Store(R8, Of(ref s_flow.facts.rx.next_seq), R1)
            .Load(R3, R7, _tcp.SendUnacknowledged)
            .Load(R2, R7, _tcp.BytesAcked)
            .Subtract(R3, R2)
            .Load(R2, R8, Of(ref s_flow.core.direction))
            .JumpIfEqual(R2, (int)FlowDirection.Passive, "passive")
            .Add(R3, 1)
            .Label("passive")
            .Store(R8, Of(ref s_flow.core.first_send), R3)
            .Store(R8, Of(ref s_flow.facts.tx.next_seq), R3);
        if (_target.Options.Packets)
        {
            _asm.Store(R8, PacketCode.NextOf(TrafficDirection.Rx), R1)
                .Store(R8, PacketCode.NextOf(TrafficDirection.Tx), R3);
        }
    }

    // From ESTABLISHED on, tcp_probe sees no more acknowledgements: of each stretch between changes the last one's sample remains.
    // close() and shutdown() change in the caller's thread: the owner of a passive socket that never received.
    private void Changed()
    {
        _asm.Label("changed")
            .FindFlow(_target, LedgerCode.Filtered)
            .TakeRtt(_tcp)
            .Load(R1, R8, Of(ref s_flow.core.pid))
            .JumpIfNotEqual(R1, 0, LedgerCode.Aggregated)
            .Load(R1, R10, FlowRecordCode.NewState)
            .JumpIfEqual(R1, (int)TCP_FIN_WAIT1, "owner closes")
            .JumpIfNotEqual(R1, (int)TCP_LAST_ACK, LedgerCode.Aggregated)
            .Label("owner closes")
            .WriteOwner()
            .Jump(LedgerCode.Aggregated);
    }

    private void Closed()
    {
        _asm.Label("closed")
            .Load(R2, R10, FlowRecordCode.OldState)
            .JumpIfEqual(R2, (int)TCP_LISTEN, LedgerCode.Filtered)
            .JumpIfEqual(R2, (int)TCP_CLOSE, LedgerCode.Filtered)
            .Store(R10, FlowRecordCode.Kind, (int)EventKind.Closed)
            .JumpIfEqual(R2, (int)TCP_SYN_SENT, "failed")
            .JumpIfEqual(R2, (int)TCP_SYN_RECV, "failed")
            .FindFlow(_target, "emit")
            .Store(R10, FlowRecordCode.Flow, R8)
            .TakeRtt(_tcp)
            .Jump("emit closed")
            .Label("failed")
            .Store(R10, FlowRecordCode.Kind, (int)EventKind.Failed)
            .FindFlow(_target, "emit")
            .Store(R10, FlowRecordCode.Flow, R8);
    }

    private static Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_flow, ref field);
}
