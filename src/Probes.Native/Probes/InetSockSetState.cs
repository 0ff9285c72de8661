using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Programs;
using NodeBox.Probes.Native.Sys;
using static NodeBox.Probes.Native.Asm.Register;
using static NodeBox.Probes.Native.Sys.tcp_state;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// The life of flows: a record when connect begins, when the handshake is done, and when the socket's life ends.
/// inet_sock_set_state(sk, oldstate, newstate) comes before the state changes and, for SYN_SENT, in the thread that connects.
/// </summary>
internal sealed class InetSockSetState
{
    public const string Tracepoint = "inet_sock_set_state";

    private static readonly Field s_old = new(-16, 8);
    private static readonly Field s_new = new(-24, 8);
    private static readonly Field s_kind = new(-32, 8);
    private static flow_event s_event;
    private static flow_state s_flow;

    private readonly Assembler _asm = new();
    private readonly ProbeTarget _target;
    private readonly TcpFields _tcp;

    private InetSockSetState(ProbeTarget target)
    {
        _target = target;
        _tcp = new TcpFields(target.Btf);
    }

    /// <param name="program">This program's index in the ledgers.</param>
    public static ProgramSpec Assemble(ProbeTarget target, int program)
    {
        InetSockSetState probe = new(target);
        probe.Dispatch(program);
        probe.Opened();
        probe.HandshakeBegun();
        probe.Established();
        probe.OwnerCloses();
        probe.Closed();
        probe.Emit();
        probe._asm.EndLedger(LedgerCode.Filtered, LedgerCode.Aggregated, LedgerCode.Emitted, LedgerCode.Dropped);
        return new ProgramSpec("nodebox_state", Tracepoint, target.Btf.Tracepoint(Tracepoint), probe._asm.Assemble());
    }

    private void Dispatch(int program)
    {
        _asm.Load(R6, R1, Field.Argument(0))
            .Load(R2, R1, Field.Argument(1))
            .Store(R10, s_old, R2)
            .Load(R2, R1, Field.Argument(2))
            .Store(R10, s_new, R2)
            .BeginLedger(_target.Maps.Ledgers, program)
            .FilterSocket(_target.Socket, _target.NetNamespace)
            .LoadTcpSock()
            .Load(R2, R10, s_new)
            .JumpIfEqual(R2, (int)TCP_SYN_SENT, "opened")
            .JumpIfEqual(R2, (int)TCP_SYN_RECV, "handshake begun")
            .JumpIfEqual(R2, (int)TCP_ESTABLISHED, "established")
            .JumpIfEqual(R2, (int)TCP_FIN_WAIT1, "owner closes")
            .JumpIfEqual(R2, (int)TCP_LAST_ACK, "owner closes")
            .JumpIfEqual(R2, (int)TCP_CLOSE, "closed")
            .Jump(LedgerCode.Filtered);
    }

    // A socket can connect again after it was disconnected, so what its storage holds is overwritten.
    private void Opened()
    {
        _asm.Label("opened")
            .Store(R10, s_kind, (int)EventKind.Opened)
            .BeginFlow(_target.Maps.Flows, FlowDirection.Active, "open without storage")
            .WriteOwner()
            .Jump("emit")
            .Label("open without storage")
            .CountMissed()
            .Jump("emit");
    }

    // The kernel clones a listener only when the handshake's last segment arrives (tcp_check_req); the ports are not set yet.
    // SYN_SENT → SYN_RECV is a simultaneous open, whose flow has begun already.
    private void HandshakeBegun()
    {
        _asm.Label("handshake begun")
            .Load(R2, R10, s_old)
            .JumpIfNotEqual(R2, (int)TCP_LISTEN, LedgerCode.Filtered)
            .BeginFlow(_target.Maps.Flows, FlowDirection.Passive, "handshake without storage")
            .Jump(LedgerCode.Aggregated)
            .Label("handshake without storage")
            .CountMissed()
            .Jump(LedgerCode.Aggregated);
    }

    // What has been retransmitted by now is SYNs or, inherited from the request (tcp_create_openreq_child), SYN-ACKs.
    // At the passive end the first RTT sample is SYN-ACK to ACK (tcp_synack_rtt_meas): going back by it gives the time of the SYN.
    private void Established()
    {
        _asm.Label("established")
            .Store(R10, s_kind, (int)EventKind.Established)
            .GetStorage(_target.Maps.Flows)
            .JumpIfEqual(R0, 0, "emit")
            .Move(R8, R0)
            .Load(R1, R7, _tcp.TotalRetrans)
            .Store(R8, Of(ref s_flow.retrans_seen), R1)
            .Store(R8, Of(ref s_flow.retrans_bare), R1)
            .Call(Helper.KtimeGetNs)
            .Store(R8, Of(ref s_flow.established_ns), R0)
            .Load(R1, R8, Of(ref s_flow.direction))
            .JumpIfNotEqual(R1, (int)FlowDirection.Passive, "emit")
            .Load(R1, R7, _tcp.SmoothedRtt)
            .JumpIfEqual(R1, 0, "emit")
            .ShiftRight(R1, 3)
            .Multiply(R1, 1000)
            .Subtract(R0, R1)
            .Store(R8, Of(ref s_flow.begin_ns), R0)
            .Jump("emit");
    }

    // close() and shutdown() move to these states in the caller's thread: the owner of a passive socket that never received.
    private void OwnerCloses()
    {
        _asm.Label("owner closes")
            .GetStorage(_target.Maps.Flows)
            .JumpIfEqual(R0, 0, LedgerCode.Filtered)
            .Move(R8, R0)
            .Load(R1, R8, Of(ref s_flow.pid))
            .JumpIfNotEqual(R1, 0, LedgerCode.Filtered)
            .WriteOwner()
            .Jump(LedgerCode.Aggregated);
    }

    private void Closed()
    {
        _asm.Label("closed")
            .Store(R10, s_kind, (int)EventKind.Failed)
            .Load(R2, R10, s_old)
            .JumpIfEqual(R2, (int)TCP_SYN_SENT, "emit")
            .JumpIfEqual(R2, (int)TCP_SYN_RECV, "emit")
            .JumpIfEqual(R2, (int)TCP_LISTEN, LedgerCode.Filtered)
            .JumpIfEqual(R2, (int)TCP_CLOSE, LedgerCode.Filtered)
            .Store(R10, s_kind, (int)EventKind.Closed);
    }

    private void Emit()
    {
        _asm.Label("emit")
            .Reserve(_target.Maps.Events, Unsafe.SizeOf<flow_event>())
            .Copy(R8, At(ref s_event.header.kind), R10, s_kind with { Size = 4 })
            .Copy(R8, At(ref s_event.old_state), R10, s_old with { Size = 4 })
            .WriteHeader(_target.Socket, _target.Maps.Tags)
            .Copy(R8, At(ref s_event.sk_err), R6, _tcp.Error)
            .Copy(R8, At(ref s_event.sk_flags), R6, _tcp.Flags)
            .Copy(R8, At(ref s_event.bytes_acked), R7, _tcp.BytesAcked)
            .Copy(R8, At(ref s_event.bytes_received), R7, _tcp.BytesReceived)
            .Copy(R8, At(ref s_event.bytes_sent), R7, _tcp.BytesSent)
            .Copy(R8, At(ref s_event.bytes_retrans), R7, _tcp.BytesRetrans)
            .Copy(R8, At(ref s_event.snd_una), R7, _tcp.SendUnacknowledged)
            .Copy(R8, At(ref s_event.snd_nxt), R7, _tcp.SendNext)
            .Copy(R8, At(ref s_event.write_seq), R7, _tcp.WriteSequence)
            .Copy(R8, At(ref s_event.total_retrans), R7, _tcp.TotalRetrans)
            .Copy(R8, At(ref s_event.data_segs_out), R7, _tcp.DataSegmentsOut)
            .Copy(R8, At(ref s_event.data_segs_in), R7, _tcp.DataSegmentsIn)
            .Copy(R8, At(ref s_event.srtt_us), R7, _tcp.SmoothedRtt)
            .Copy(R8, At(ref s_event.min_rtt_us), R7, _tcp.MinRtt)
            .Load(R2, R7, _tcp.Congestion)
            .Copy(R8, At(ref s_event.congestion), R2, _tcp.CongestionName)
            .GetStorage(_target.Maps.Flows)
            .CopyOrZero(R8, At(ref s_event.flow), R0)
            .Submit();
    }

    private static Field At<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_event, ref field);

    private static Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_flow, ref field);
}
