using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native.Probes;

// What the programs write and this process reads: the ring's records and the values of maps. Sizes are multiples of 8 and without
// holes, so that every byte is written.

/// <summary>What all records begin with.</summary>
internal struct event_header
{
    public uint kind;
    public ushort local_port;
    public ushort remote_port;
    public ulong ktime_ns;
    public ulong cookie;
    public SocketTag tag;

    /// <summary>IPv4 in its mapped form, as <see cref="remote"/>.</summary>
    public in6_address local;
    public in6_address remote;
}

internal struct flow_event
{
    public event_header header;
    public uint old_state;
    public uint sk_err;
    public ulong sk_flags;
    public ulong bytes_acked;
    public ulong bytes_received;
    public ulong bytes_sent;
    public ulong bytes_retrans;
    public uint snd_una;
    public uint snd_nxt;
    public uint write_seq;
    public uint total_retrans;
    public uint data_segs_out;
    public uint data_segs_in;
    public uint srtt_us;
    public uint min_rtt_us;

    /// <summary>All ones where the kernel has none.</summary>
    public uint rcv_ooopack;
    public uint reserved;
    public name16 congestion;
    public flow_core flow;
}

internal struct retransmit_event
{
    public event_header header;
    public uint seq;
    public uint end_seq;
    public uint bytes;
    public uint segs;
    public uint state;
    public uint reserved;
}

/// <summary>An established flow's last record: with all that was not reported before.</summary>
internal struct closed_event
{
    public flow_event flow;
    public flow_facts facts;
}

/// <summary>What the programs remember of a socket between its events: whole cache lines.</summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
internal struct flow_state
{
    /// <summary>The socket's, 0 where the place is free.</summary>
    public ulong cookie;
    public flow_core core;
    public flow_facts facts;
}

/// <summary>The part that every flow's record has.</summary>
internal struct flow_core
{
    public ulong begin_ns;
    public ulong established_ns;
    public uint pid;
    public uint direction;
    public name16 comm;

    /// <summary>total_retrans at the last retransmission.</summary>
    public uint retrans_seen;

    /// <summary>Of total_retrans, the SYNs, SYN-ACKs and bare FINs.</summary>
    public uint retrans_bare;

    /// <summary>Of total_retrans, the segments with data that were not sent; 0 where the kernel does not tell them.</summary>
    public uint retrans_refused;

    /// <summary>In µs, 0 without a sample: SYN-ACK to ACK at the passive end.</summary>
    public uint handshake_us;

    /// <summary>Sequence number of payload byte 0, set at ESTABLISHED.</summary>
    public uint first_send;
    public uint first_receive;
    public uint zero_windows;

    /// <summary>1 while the other end's window is zero.</summary>
    public uint window_is_zero;
}

/// <summary>A program's account, one per CPU. The recursion guard of tp_btf programs makes plain additions exact.</summary>
internal struct program_ledger
{
    public ulong seen;
    public ulong filtered;
    public ulong aggregated;
    public ulong emitted;
    public ulong dropped;
    public ulong missed;
}

/// <summary>TASK_COMM_LEN and TCP_CA_NAME_MAX: text that ends at a NUL.</summary>
[InlineArray(16)]
internal struct name16
{
    private byte _first;
}
