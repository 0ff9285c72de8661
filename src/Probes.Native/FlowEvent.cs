using System.Net;
using NodeBox.Probes.Native.Probes;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native;

/// <summary>
/// What one end's kernel says of a TCP connection, at one of the instants of <see cref="FlowEventKind"/>. Counters are those of that
/// instant.
/// It lies in the ring's memory and is valid during the call only.
/// </summary>
public readonly ref struct FlowEvent
{
    private const uint NoRtt = uint.MaxValue;
    private const uint Unknown = uint.MaxValue;

    private readonly ref readonly flow_event _event;
    private readonly SocketFlags _flags;

    internal FlowEvent(ref readonly flow_event record, SocketFlags flags)
    {
        _event = ref record;
        _flags = flags;
    }

    /// <summary>What happened.</summary>
    public FlowEventKind Kind => (FlowEventKind)_event.header.kind;

    /// <summary>When, in ns of CLOCK_MONOTONIC.</summary>
    public ulong KtimeNs => _event.header.ktime_ns;

    /// <summary>When connect began, or the SYN came: ns of CLOCK_MONOTONIC, null if before the probes were attached.</summary>
    public ulong? BeginKtimeNs => NullIfZero(_event.flow.begin_ns);

    /// <summary>When the handshake was done: ns of CLOCK_MONOTONIC, null if not yet or before the probes were attached.</summary>
    public ulong? EstablishedKtimeNs => NullIfZero(_event.flow.established_ns);

    /// <summary>The kernel's number of the socket, never reused. A socket that connects again keeps it.</summary>
    public ulong Cookie => _event.header.cookie;

    /// <summary>The socket's tag at this instant; all zero if it has none.</summary>
    public ref readonly SocketTag Tag => ref _event.header.tag;

    /// <summary>Which end this is.</summary>
    public FlowDirection Direction => (FlowDirection)_event.flow.direction;

    /// <summary>This end. IPv4 also where an IPv6 socket speaks it. The port is 0 when a connect that chose none begins.</summary>
    public IPEndPoint Local => Addresses.EndPoint(_event.header.local, _event.header.local_port);

    /// <summary>The other end.</summary>
    public IPEndPoint Remote => Addresses.EndPoint(_event.header.remote, _event.header.remote_port);

    /// <summary>
    /// The process that connected, or that first received on or closed an accepted socket; 0 if unknown. Its number in the initial pid
    /// namespace.
    /// </summary>
    public int Pid => (int)_event.flow.pid;

    /// <summary>The name of that process's thread, at most 15 bytes; empty if unknown.</summary>
    public string Comm => Names.Text(_event.flow.comm);

    /// <summary>The congestion control, as in <c>cubic</c>.</summary>
    public string CongestionControl => Names.Text(_event.congestion);

    /// <summary>The socket's pending error (errno), 0 if none. For a refused connection ECONNREFUSED.</summary>
    public int SocketError => (int)_event.sk_err;

    /// <summary>Its name, as in <c>ECONNREFUSED</c>; null without one.</summary>
    public string? SocketErrorName => SocketError == 0 ? null : Errno.Name(SocketError);

    /// <summary>True when the other end's FIN was received: tcp_fin sets SOCK_DONE, and nothing else in TCP does.</summary>
    public bool FinReceived => _flags.IsDone(_event.sk_flags);

    /// <summary>How the flow ended.</summary>
    public CloseReason CloseReason => FlowEnd.Reason(Kind, in _event, _flags);

    /// <summary>Payload bytes given to the network, each once. By sequence numbers, so failed transmissions do not count.</summary>
    public ulong TxBytes => Payload.Sent(Kind, in _event);

    /// <summary>Payload bytes received in order. bytes_received counts a FIN as one byte.</summary>
    public ulong RxBytes => _event.bytes_received - (FinReceived ? 1u : 0u);

    /// <summary>Data segments sent, without retransmissions.</summary>
    public uint TxSegments => _event.data_segs_out - (_event.total_retrans - _event.flow.retrans_bare);

    /// <summary>
    /// False when the local queue refused segments: the kernel counts those in data_segs_out, and sends them again as if for the first
    /// time.
    /// </summary>
    public bool TxSegmentsExact => _event.bytes_sent - _event.bytes_retrans == TxBytes;

    /// <summary>Data segments that arrived, duplicates included.</summary>
    public uint RxSegments => _event.data_segs_in;

    /// <summary>Segments retransmitted, SYNs, SYN-ACKs and FINs included, and those that the local queue refused: the kernel's count.</summary>
    public uint RetransmittedSegments => _event.total_retrans;

    /// <summary>Their payload bytes.</summary>
    public ulong RetransmittedBytes => _event.bytes_retrans;

    /// <summary>
    /// Of these segments, the ones with data that left the stack, which have a <see cref="RetransmitEvent"/> each unless it was lost. Before
    /// Linux 6.17, which tells no refused ones, those are among them.
    /// </summary>
    public uint RetransmittedDataSegments => _event.total_retrans - _event.flow.retrans_bare - _event.flow.retrans_refused;

    /// <summary>The sequence number of the first payload byte this end sends; null before ESTABLISHED and if that was not seen.</summary>
    public uint? FirstSendSequence => EstablishedKtimeNs is null ? null : _event.flow.first_send;

    /// <summary>The sequence number of the first payload byte this end receives; null as for <see cref="FirstSendSequence"/>.</summary>
    public uint? FirstReceiveSequence => EstablishedKtimeNs is null ? null : _event.flow.first_receive;

    /// <summary>
    /// In µs. Active: from connect to ESTABLISHED, repeated SYNs included. Passive: from the SYN-ACK to its ACK, null if the SYN-ACK was sent
    /// again.
    /// </summary>
    public uint? HandshakeRttUs => FlowTimes.HandshakeRttUs(in _event.flow);

    /// <summary>How often the other end's window became zero while the connection was ESTABLISHED.</summary>
    public uint ZeroWindows => _event.flow.zero_windows;

    /// <summary>Data segments that arrived before their turn; null where the kernel does not count them.</summary>
    public uint? OutOfOrderSegments => _event.rcv_ooopack == Unknown ? null : _event.rcv_ooopack;

    /// <summary>Smoothed RTT in µs, null without a sample.</summary>
    public uint? SmoothedRttUs => _event.srtt_us == 0 ? null : _event.srtt_us >> 3;

    /// <summary>The smallest RTT in µs of the kernel's window (five minutes by default), null without a sample.</summary>
    public uint? MinRttUs => _event.min_rtt_us == NoRtt ? null : _event.min_rtt_us;

    private static ulong? NullIfZero(ulong value) => value == 0 ? null : value;
}
