using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Btf;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Where the running kernel keeps what all programs read of a socket.</summary>
internal sealed class SocketFields(BtfSpec btf)
{
    public Field Protocol { get; } = btf.Field("sock", "sk_protocol");

    /// <summary>0 until somebody asked for it by the helper.</summary>
    public Field Cookie { get; } = btf.Field("sock", "__sk_common.skc_cookie.counter");

    public Field State { get; } = btf.Field("sock", "__sk_common.skc_state");

    /// <summary>Bytes that arrived while a process held the socket, and what of them is being worked off.</summary>
    public Field Backlog { get; } = btf.Field("sock", "sk_backlog.len");

    public Field Namespace { get; } = btf.Field("sock", "__sk_common.skc_net.net");

    public Field NamespaceNumber { get; } = btf.Field("net", "ns.inum");

    public Field Family { get; } = btf.Field("sock", "__sk_common.skc_family");

    public Field Local4 { get; } = btf.Field("sock", "__sk_common.skc_rcv_saddr");

    public Field Remote4 { get; } = btf.Field("sock", "__sk_common.skc_daddr");

    public Field Local6 { get; } = btf.Field("sock", "__sk_common.skc_v6_rcv_saddr");

    public Field Remote6 { get; } = btf.Field("sock", "__sk_common.skc_v6_daddr");

    public Field RemotePort { get; } = btf.Field("sock", "__sk_common.skc_dport");

    /// <summary>Network byte order. skc_num is of no use: the kernel clears it before the event of a close (inet_put_port).</summary>
    public Field LocalPort { get; } = btf.Field("inet_sock", "inet_sport");
}
