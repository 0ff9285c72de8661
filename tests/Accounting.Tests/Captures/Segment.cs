using System.Net;

namespace NodeBox.Accounting.Tests.Captures;

/// <summary>The flags of a TCP header (RFC 9293, 3.1) that matter to accounting.</summary>
[Flags]
internal enum TcpFlags : byte
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Rst = 4,
    Ack = 16,
}

/// <summary>One TCP packet.</summary>
/// <param name="AtNs">When it was captured, in ns of the Unix epoch.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Destination">To whom.</param>
/// <param name="Sequence">The sequence number of its first byte, or of its SYN.</param>
/// <param name="Acknowledgement">The next byte that its sender expects; of use only with <see cref="TcpFlags.Ack"/>.</param>
/// <param name="Flags">The flags.</param>
/// <param name="PayloadBytes">How many bytes it carries.</param>
/// <param name="Payload">What was captured of them: fewer where the capture cut the packet.</param>
internal readonly record struct Segment(
    long AtNs,
    IPEndPoint Source,
    IPEndPoint Destination,
    uint Sequence,
    uint Acknowledgement,
    TcpFlags Flags,
    int PayloadBytes,
    ReadOnlyMemory<byte> Payload)
{
    public bool Has(TcpFlags flag) => (Flags & flag) != 0;
}
