using System.Runtime.InteropServices;
using NodeBox.Probes.Native.Probes;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using static NodeBox.Probes.Native.Sys.tcp_state;

namespace NodeBox.Probes.Native.Diag;

/// <summary>Reads one socket's answer: <c>inet_diag_msg</c> and its attributes, of which old kernels may lack some.</summary>
internal readonly unsafe struct DiagReply(uint tagMap, FlowTableReader? flows)
{
    /// <summary>Reads one answer.</summary>
    public delegate FlowSnapshot Parser(ReadOnlySpan<byte> body);

    private const int INET_DIAG_INFO = 2;
    private const int INET_DIAG_CONG = 4;
    private const int INET_DIAG_SK_BPF_STORAGES = 20;
    private const int SK_DIAG_BPF_STORAGE = 1;
    private const int SK_DIAG_BPF_STORAGE_MAP_ID = 2;
    private const int SK_DIAG_BPF_STORAGE_MAP_VALUE = 3;
    private const int TypeMask = 0x3fff;
    private const uint NoRtt = uint.MaxValue;

    /// <summary>Reads an answer without storages.</summary>
    public static FlowSnapshot Parse(ReadOnlySpan<byte> body) => new DiagReply(0, null).Read(body);

    /// <exception cref="InvalidDataException">The answer is shorter than it says.</exception>
    public FlowSnapshot Read(ReadOnlySpan<byte> body)
    {
        inet_diag_msg message = Prefix<inet_diag_msg>(body, sizeof(inet_diag_msg));
        tcp_info info = default;
        string congestion = "";
        SocketTag tag = default;
        for (ReadOnlySpan<byte> rest = body[sizeof(inet_diag_msg)..]; Next(ref rest, out int type, out ReadOnlySpan<byte> value);)
        {
            switch (type)
            {
                case INET_DIAG_INFO:
                    info = Prefix<tcp_info>(value, 0);
                    break;
                case INET_DIAG_CONG:
                    congestion = Names.Text(value);
                    break;
                case INET_DIAG_SK_BPF_STORAGES:
                    ReadStorages(value, ref tag);
                    break;
            }
        }

        ulong cookie = ((ulong)message.id.cookie_high << 32) | message.id.cookie_low;
        flow_state flow = flows?.Find(cookie) ?? default;
        FlowSnapshot snapshot = Snapshot(in message, in info, congestion, tag, in flow);
        return flows is null ? snapshot : WithPackets(snapshot, flows.FindPackets(cookie));
    }

    private static FlowSnapshot Snapshot(in inet_diag_msg message, in tcp_info info, string congestion, SocketTag tag, in flow_state state)
    {
        bool finReceived = (tcp_state)message.idiag_state is TCP_CLOSE_WAIT or TCP_LAST_ACK or TCP_CLOSING;
        ref readonly flow_core flow = ref state.core;
        return new FlowSnapshot
        {
            Cookie = ((ulong)message.id.cookie_high << 32) | message.id.cookie_low,
            Local = Addresses.EndPoint(message.idiag_family, message.id.idiag_src, message.id.idiag_sport),
            Remote = Addresses.EndPoint(message.idiag_family, message.id.idiag_dst, message.id.idiag_dport),
            State = TcpStates.Name(message.idiag_state),
            CongestionControl = congestion,
            TxBytes = info.tcpi_bytes_sent - info.tcpi_bytes_retrans,
            RxBytes = info.tcpi_bytes_received - (finReceived ? 1u : 0u),
            TxSegments = info.tcpi_data_segs_out - (info.tcpi_total_retrans - flow.retrans_bare),
            RxSegments = info.tcpi_data_segs_in,
            RetransmittedSegments = info.tcpi_total_retrans,
            RetransmittedBytes = info.tcpi_bytes_retrans,
            RetransmittedDataSegments = info.tcpi_total_retrans - flow.retrans_bare - flow.retrans_refused,
            SmoothedRttUs = info.tcpi_rtt == 0 ? null : info.tcpi_rtt,
            MinRttUs = info.tcpi_min_rtt == NoRtt ? null : info.tcpi_min_rtt,
            Tag = tag,
            Direction = (FlowDirection)flow.direction,
            BeginKtimeNs = flow.begin_ns == 0 ? null : flow.begin_ns,
            FirstSendSequence = flow.established_ns == 0 ? null : flow.first_send,
            FirstReceiveSequence = flow.established_ns == 0 ? null : flow.first_receive,
            HandshakeRttUs = FlowTimes.HandshakeRttUs(in flow),
            ZeroWindows = flow.zero_windows,
            OutOfOrderSegments = info.tcpi_rcv_ooopack,
            PendingRtts = Pending.Of(in state.facts.rtts),
            PendingTxBursts = Pending.Of(in state.facts.tx),
            PendingRxBursts = Pending.Of(in state.facts.rx),
            Pid = (int)flow.pid,
            Comm = Names.Text(flow.comm),
        };
    }

    private static FlowSnapshot WithPackets(FlowSnapshot snapshot, flow_packets packets) =>
        snapshot with { PendingTxPackets = Pending.Of(in packets.tx), PendingRxPackets = Pending.Of(in packets.rx) };

    // One nested attribute per map, in which its id comes before its value (net/core/bpf_sk_storage.c, diag_get).
    private void ReadStorages(ReadOnlySpan<byte> storages, ref SocketTag tag)
    {
        while (Next(ref storages, out int type, out ReadOnlySpan<byte> storage))
        {
            uint map = 0;
            while (type == SK_DIAG_BPF_STORAGE && Next(ref storage, out int part, out ReadOnlySpan<byte> value))
            {
                if (part == SK_DIAG_BPF_STORAGE_MAP_ID)
                {
                    map = Prefix<uint>(value, sizeof(uint));
                }
                else if (part == SK_DIAG_BPF_STORAGE_MAP_VALUE && map == tagMap)
                {
                    tag = Prefix<SocketTag>(value, sizeof(SocketTag));
                }
            }
        }
    }

    private static bool Next(ref ReadOnlySpan<byte> rest, out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = [];
        if (rest.Length < sizeof(nlattr))
        {
            return false;
        }

        nlattr attribute = MemoryMarshal.Read<nlattr>(rest);
        if (attribute.nla_len < sizeof(nlattr) || attribute.nla_len > rest.Length)
        {
            throw new InvalidDataException($"a netlink attribute of {attribute.nla_len} bytes in {rest.Length}");
        }

        type = attribute.nla_type & TypeMask;
        value = rest[sizeof(nlattr)..attribute.nla_len];
        rest = rest[Math.Min(Netlink.Align(attribute.nla_len), rest.Length)..];
        return true;
    }

    // What the kernel sent of a struct, zeros for the rest.
    private static T Prefix<T>(ReadOnlySpan<byte> bytes, int needed)
        where T : unmanaged
    {
        if (bytes.Length < needed)
        {
            throw new InvalidDataException($"{bytes.Length} bytes for a {typeof(T).Name} of {needed}");
        }

        T value = default;
        bytes[..Math.Min(bytes.Length, sizeof(T))].CopyTo(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }
}
