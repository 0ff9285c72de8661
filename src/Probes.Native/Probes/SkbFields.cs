using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Btf;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Where the running kernel keeps what programs read of a packet.</summary>
internal sealed class SkbFields(BtfSpec btf)
{
    public Field Socket { get; } = btf.Field("sk_buff", "sk");

    public Field Length { get; } = btf.Field("sk_buff", "len");

    public Field Head { get; } = btf.Field("sk_buff", "head");

    public Field Data { get; } = btf.Field("sk_buff", "data");

    /// <summary>From the head: where skb_shared_info lies.</summary>
    public Field End { get; } = btf.Field("sk_buff", "end");

    /// <summary>The network protocol, in network byte order.</summary>
    public Field Protocol { get; } = btf.Field("sk_buff", "protocol");

    public Field NetworkHeader { get; } = btf.Field("sk_buff", "network_header");

    public Field TransportHeader { get; } = btf.Field("sk_buff", "transport_header");

    /// <summary>
    /// TCP's own data of a packet lies in its control buffer (include/net/tcp.h, TCP_SKB_CB): of received ones, and of sent ones before they
    /// leave TCP.
    /// </summary>
    public Field Sequence { get; } = Control(btf, "seq");

    public Field EndSequence { get; } = Control(btf, "end_seq");

    /// <summary>The byte of the header's flags, which is the low one since the field has two (6.15).</summary>
    public Field TcpFlags { get; } = Control(btf, "tcp_flags") with { Size = 1 };

    /// <summary>Of sent packets only.</summary>
    public Field Segments { get; } = Control(btf, "tcp_gso_segs");

    /// <summary>In skb_shared_info: gso_size and, behind it, gso_segs, 0 for a packet of one segment.</summary>
    public Field GsoSize { get; } = btf.Field("skb_shared_info", "gso_size");

    public Field GsoSegments { get; } = btf.Field("skb_shared_info", "gso_segs");

    private static Field Control(BtfSpec btf, string member) => btf.Field("tcp_skb_cb", member).In(btf.Field("sk_buff", "cb"));
}
