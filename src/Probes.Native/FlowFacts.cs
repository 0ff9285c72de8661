using System.Runtime.CompilerServices;

namespace NodeBox.Probes.Native;

/// <summary>
/// What the programs found out about one flow since they last reported: facts in the order in which they happened. It lies in the
/// ring's memory and is valid during the call only.
/// </summary>
/// <param name="cookie">The kernel's number of the socket.</param>
/// <param name="ktimeNs">When it was reported, in ns of CLOCK_MONOTONIC.</param>
/// <param name="first">How many facts of this kind (and direction) of this flow came before: a gap says how many were lost.</param>
/// <param name="facts">The facts.</param>
public readonly ref struct FlowFacts<T>(ulong cookie, ulong ktimeNs, uint first, ReadOnlySpan<T> facts)
    where T : unmanaged
{
    public ulong Cookie { get; } = cookie;

    public ulong KtimeNs { get; } = ktimeNs;

    public uint First { get; } = first;

    public ReadOnlySpan<T> Facts { get; } = facts;
}

/// <summary>The RTT of one acknowledgement that delivered something.</summary>
/// <param name="AcknowledgedSequence">snd_una after it: the data before it was acknowledged.</param>
/// <param name="RttUs">From the last transmission of what was delivered last to its acknowledgement, in µs.</param>
public readonly record struct RttSample(uint AcknowledgedSequence, uint RttUs);

/// <summary>
/// A run of data packets in one direction. Only bytes that were not seen before count: no retransmissions, no duplicates.
/// </summary>
public struct Burst
{
    /// <summary>When its first packet was seen, in ns of CLOCK_MONOTONIC.</summary>
    public ulong BeginKtimeNs;

    /// <summary>When its last packet was seen.</summary>
    public ulong EndKtimeNs;

    /// <summary>The sequence number of its first byte.</summary>
    public uint Sequence;

    /// <summary>Payload bytes.</summary>
    public uint Bytes;

    /// <summary>Data segments.</summary>
    public uint Segments;

    /// <summary>The longest gap within it, in ns.</summary>
    public uint LongestGapNs;

    /// <summary>Its segments by size.</summary>
    public SegmentSizes Sizes;

    /// <summary>From its first packet to its last, in µs.</summary>
    public readonly uint DurationUs => (uint)((EndKtimeNs - BeginKtimeNs) / 1000);

    /// <summary>The longest gap within it, in µs.</summary>
    public readonly uint LongestGapUs => LongestGapNs / 1000;
}

/// <summary>Segments by payload size: how many have at most <see cref="UpperBounds"/>[i] bytes, and more than the bound before.</summary>
[InlineArray(8)]
public struct SegmentSizes
{
    private uint _first;

    /// <summary>In bytes. 1448 and 8948 are full segments at MTUs of 1500 and 9000 with timestamps.</summary>
    public static ReadOnlySpan<uint> UpperBounds => [64, 128, 256, 512, 1024, 1448, 8948, uint.MaxValue];
}

/// <summary>Data that arrived although it had been received before.</summary>
/// <param name="KtimeNs">When, in ns of CLOCK_MONOTONIC.</param>
/// <param name="Sequence">The sequence number of its first byte.</param>
/// <param name="Bytes">Payload bytes.</param>
/// <param name="Segments">Segments.</param>
/// <param name="DataSegmentsIn">data_segs_in with these segments.</param>
public readonly record struct LateDuplicate(ulong KtimeNs, uint Sequence, uint Bytes, uint Segments, uint DataSegmentsIn);

/// <summary>One data packet: what passed the stack at once, which is several segments where offload is on.</summary>
/// <param name="KtimeNs">When, in ns of CLOCK_MONOTONIC.</param>
/// <param name="Sequence">The sequence number of its first byte.</param>
/// <param name="Bytes">Payload bytes.</param>
/// <param name="Segments">Segments.</param>
public readonly record struct Packet(ulong KtimeNs, uint Sequence, uint Bytes, uint Segments);

/// <summary>Which way data went, as this end sees it.</summary>
public enum TrafficDirection
{
    /// <summary>Sent.</summary>
    Tx,

    /// <summary>Received.</summary>
    Rx,
}
