using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Sys;

/// <summary>linux/netlink.h.</summary>
internal struct nlmsghdr
{
    public uint nlmsg_len;
    public ushort nlmsg_type;
    public ushort nlmsg_flags;
    public uint nlmsg_seq;
    public uint nlmsg_pid;
}

/// <summary>linux/netlink.h.</summary>
internal struct nlattr
{
    public ushort nla_len;
    public ushort nla_type;
}

/// <summary>linux/inet_diag.h; ports and addresses in network byte order.</summary>
internal struct inet_diag_sockid
{
    public ushort idiag_sport;
    public ushort idiag_dport;
    public in6_address idiag_src;
    public in6_address idiag_dst;
    public uint idiag_if;
    public uint cookie_low;
    public uint cookie_high;
}

/// <summary>linux/inet_diag.h.</summary>
internal struct inet_diag_req_v2
{
    public byte sdiag_family;
    public byte sdiag_protocol;
    public byte idiag_ext;
    public byte pad;
    public uint idiag_states;
    public inet_diag_sockid id;
}

/// <summary>linux/inet_diag.h.</summary>
internal struct inet_diag_msg
{
    public byte idiag_family;
    public byte idiag_state;
    public byte idiag_timer;
    public byte idiag_retrans;
    public inet_diag_sockid id;
    public uint idiag_expires;
    public uint idiag_rqueue;
    public uint idiag_wqueue;
    public uint idiag_uid;
    public uint idiag_inode;
}

/// <summary>linux/tcp.h, the members used. Longer in newer kernels, and shorter in older ones than this.</summary>
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal struct tcp_info
{
    [FieldOffset(68)]
    public uint tcpi_rtt;
    [FieldOffset(100)]
    public uint tcpi_total_retrans;
    [FieldOffset(128)]
    public ulong tcpi_bytes_received;
    [FieldOffset(148)]
    public uint tcpi_min_rtt;
    [FieldOffset(152)]
    public uint tcpi_data_segs_in;
    [FieldOffset(156)]
    public uint tcpi_data_segs_out;
    [FieldOffset(200)]
    public ulong tcpi_bytes_sent;
    [FieldOffset(208)]
    public ulong tcpi_bytes_retrans;
    [FieldOffset(224)]
    public uint tcpi_rcv_ooopack;
}

/// <summary>An IPv6 address, or four bytes of an IPv4 one, as the kernel keeps it.</summary>
[InlineArray(16)]
internal struct in6_address
{
    private byte _first;
}
