using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Btf;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Where the running kernel keeps a connection's counters. Names on the right are the kernel's.</summary>
internal sealed class TcpFields(BtfSpec btf)
{
    public Field Error { get; } = btf.Field("sock", "sk_err");

    /// <summary>A bit set by <c>enum sock_flags</c>.</summary>
    public Field Flags { get; } = btf.Field("sock", "__sk_common.skc_flags");

    public Field BytesAcked { get; } = btf.Field("tcp_sock", "bytes_acked");

    public Field BytesReceived { get; } = btf.Field("tcp_sock", "bytes_received");

    public Field BytesSent { get; } = btf.Field("tcp_sock", "bytes_sent");

    public Field BytesRetrans { get; } = btf.Field("tcp_sock", "bytes_retrans");

    public Field SendUnacknowledged { get; } = btf.Field("tcp_sock", "snd_una");

    public Field SendNext { get; } = btf.Field("tcp_sock", "snd_nxt");

    public Field WriteSequence { get; } = btf.Field("tcp_sock", "write_seq");

    public Field ReceiveNext { get; } = btf.Field("tcp_sock", "rcv_nxt");

    /// <summary>Since 5.4; null where the kernel has none.</summary>
    public Field? OutOfOrderSegments { get; } = btf.FindField("tcp_sock", "rcv_ooopack");

    /// <summary>Segments delivered to the other end, as acknowledgements say.</summary>
    public Field Delivered { get; } = btf.Field("tcp_sock", "delivered");

    /// <summary>The RTT of what was delivered last, in µs (net/ipv4/tcp_recovery.c, tcp_rack_advance); null where the kernel has none.</summary>
    public Field? RackRtt { get; } = btf.FindField("tcp_sock", "rack.rtt_us");

    public Field? RackEndSequence { get; } = btf.FindField("tcp_sock", "rack.end_seq");

    /// <summary>When the last packet came or went, in µs.</summary>
    public Field LastPacket { get; } = btf.Field("tcp_sock", "tcp_mstamp");

    /// <summary>What a segment sent now may have, but for the options that it needs (at most 40 bytes).</summary>
    public Field SegmentSize { get; } = btf.Field("tcp_sock", "mss_cache");

    public Field SendWindow { get; } = btf.Field("tcp_sock", "snd_wnd");

    public Field TotalRetrans { get; } = btf.Field("tcp_sock", "total_retrans");

    public Field DataSegmentsOut { get; } = btf.Field("tcp_sock", "data_segs_out");

    public Field DataSegmentsIn { get; } = btf.Field("tcp_sock", "data_segs_in");

    /// <summary>In eighths of a microsecond.</summary>
    public Field SmoothedRtt { get; } = btf.Field("tcp_sock", "srtt_us");

    public Field MinRtt { get; } = btf.Field("tcp_sock", "rtt_min.s[0].v");

    public Field Congestion { get; } = btf.Field("tcp_sock", "inet_conn.icsk_ca_ops");

    public Field CongestionName { get; } = btf.Field("tcp_congestion_ops", "name");
}
