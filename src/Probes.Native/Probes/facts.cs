using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Probes;

// Facts as the programs keep them with the socket, and as they report them.

/// <summary>Facts of a flow that were not reported yet.</summary>
internal struct flow_facts
{
    /// <summary>Late duplicates so far.</summary>
    public uint duplicates;

    /// <summary>Received data segments that were given to a burst or a duplicate, on the scale of data_segs_in.</summary>
    public uint segments_seen;

    /// <summary>delivered when the last sample was taken.</summary>
    public uint delivered;

    /// <summary>rack.rtt_us and rack.end_seq at the last sample: unchanged, they are no new one.</summary>
    public uint rack_rtt_us;
    public uint rack_end_seq;

    /// <summary>mss_cache when the last packet was received.</summary>
    public uint mss;
    public rtt_batch rtts;

    /// <summary>Written by the program of received packets alone, as <see cref="tx"/> by that of sent ones: they may run at once.</summary>
    public burst_state rx;
    public burst_state tx;
}

/// <summary>RTT samples in order.</summary>
internal struct rtt_batch
{
    /// <summary>A batch that has as many is reported.</summary>
    public const int Full = 16;

    /// <summary>tcp_mstamp at the first, in µs.</summary>
    public ulong since_us;

    /// <summary>The first sample's ordinal.</summary>
    public uint first;
    public uint count;
    public rtt_samples samples;
}

/// <summary>Room for a full batch and one sample of each of the three state changes that can follow.</summary>
[InlineArray(Capacity)]
internal struct rtt_samples
{
    public const int Capacity = rtt_batch.Full + 4;

    private rtt_sample _first;
}

/// <summary>The fields of <see cref="RttSample"/>.</summary>
internal struct rtt_sample
{
    public uint snd_una;
    public uint rtt_us;
}

/// <summary>The fields of <see cref="LateDuplicate"/>.</summary>
internal struct late_duplicate
{
    public ulong ktime_ns;
    public uint seq;
    public uint bytes;
    public uint segs;
    public uint data_segs_in;
}

/// <summary>One direction's open burst, and what decides which bytes are new.</summary>
internal struct burst_state
{
    /// <summary>Without bytes if there is none.</summary>
    public Burst open;

    /// <summary>Its ordinal.</summary>
    public uint ordinal;

    /// <summary>Packets with new data.</summary>
    public uint packets;

    /// <summary>The other direction's packets at the last packet.</summary>
    public uint other_packets;

    /// <summary>1 once the socket was seen tagged.</summary>
    public uint tagged;

    /// <summary>One past the highest sequence number seen.</summary>
    public uint next_seq;

    /// <summary>Bytes below it that were not seen.</summary>
    public uint holes;

    /// <summary>Segments of all bursts.</summary>
    public uint segments;

    /// <summary>Looks for a tag that found none.</summary>
    public uint looks;
}

/// <summary>The packets of both directions that were not reported yet; behind a flow's state where packets are asked for.</summary>
[StructLayout(LayoutKind.Sequential, Size = 1024)]
internal struct flow_packets
{
    public packet_batch rx;
    public packet_batch tx;
}

/// <summary>One direction's data packets in order, and what decides which bytes are new.</summary>
internal struct packet_batch
{
    public const int Full = 16;

    /// <summary>When the first one was seen.</summary>
    public ulong since_ns;

    /// <summary>The first one's ordinal.</summary>
    public uint first;
    public uint count;

    /// <summary>As <see cref="burst_state.next_seq"/>.</summary>
    public uint next_seq;

    /// <summary>As <see cref="burst_state.holes"/>.</summary>
    public uint holes;
    public packets16 packets;
}

[InlineArray(packet_batch.Full)]
internal struct packets16
{
    private data_packet _first;
}

/// <summary>The fields of <see cref="Packet"/>.</summary>
internal struct data_packet
{
    public ulong ktime_ns;
    public uint seq;
    public uint bytes;
    public uint segs;
    public uint reserved;
}

/// <summary>What all records of facts begin with.</summary>
internal struct facts_header
{
    public uint kind;

    /// <summary>The burst's ordinal.</summary>
    public uint burst;
    public ulong ktime_ns;
    public ulong cookie;
}

/// <summary>A burst of sent data that is over.</summary>
internal struct sent_event
{
    public facts_header header;
    public Burst burst;
}

/// <summary>Data packets of one direction.</summary>
internal struct packets_event
{
    public facts_header header;
    public packet_batch batch;
}

/// <summary>What was learned from received packets. A program reports once a run, so that its account balances.</summary>
internal struct received_event
{
    public facts_header header;
    public rtt_batch rtts;

    /// <summary>Without bytes if there is none.</summary>
    public Burst burst;

    /// <summary>Without bytes if there is none.</summary>
    public late_duplicate duplicate;

    /// <summary>The duplicate's ordinal.</summary>
    public uint duplicates;
    public uint reserved;
}
