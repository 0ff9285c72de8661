using NodeBox.Probes.Native.Asm;

namespace NodeBox.Probes.Native.Probes;

/// <summary>The stack of programs that look at packets. The ledger's key has the top 8 bytes.</summary>
internal static class Slots
{
    public static readonly Field Skb = new(-16, 8);

    /// <summary>How the run ends: one of the values of <see cref="RunEnd"/>.</summary>
    public static readonly Field Outcome = new(-24, 8);

    /// <summary>1 when the RTT samples are to be reported.</summary>
    public static readonly Field RttsDue = new(-32, 8);

    /// <summary>The packet's payload in bytes.</summary>
    public static readonly Field Payload = new(-40, 8);

    /// <summary>The sequence number of the first of its bytes that were not seen before.</summary>
    public static readonly Field Begin = new(-48, 8);

    /// <summary>How many bytes were not seen before.</summary>
    public static readonly Field NewBytes = new(-56, 8);

    /// <summary>The packet's segments.</summary>
    public static readonly Field Segments = new(-64, 8);

    /// <summary>
    /// The payload of all of them but the last; 0 where there is one. Written before any jump that leads to where it is read: until 6.3 the
    /// verifier lets no program read what it did not write, and it does not know how many segments there are.
    /// </summary>
    public static readonly Field SegmentSize = new(-72, 8);

    /// <summary>Where probe_read_kernel writes: room for an IPv6 header and most of a TCP header.</summary>
    public static readonly Field Read = new(-128, 56);
}

/// <summary>How a run ends that may lose a record and goes on.</summary>
internal enum RunEnd
{
    Aggregated,
    Emitted,
    Dropped,
}
