using System.Buffers.Binary;
using System.Net;

namespace NodeBox.Accounting.Tests.Captures;

/// <summary>Takes frames apart: link header, IPv4 (RFC 791) or IPv6 (RFC 8200), TCP (RFC 9293).</summary>
internal static class SegmentDecoder
{
    private const ushort EtherTypeIp = 0x0800;
    private const ushort EtherTypeIpv6 = 0x86DD;
    private const ushort EtherTypeVlan = 0x8100;
    private const byte ProtocolTcp = 6;
    private const byte ProtocolFragment = 44;
    private const int Ipv6HeaderBytes = 40;
    private const int TcpHeaderBytes = 20;

    // Hop-by-hop, routing and destination options: each says its length in units of 8 bytes less the first.
    private static readonly byte[] s_extensions = [0, 43, 60];

    /// <summary>The TCP packet that a frame holds, or null where it holds something else.</summary>
    /// <exception cref="CaptureException">A header is cut off or cannot be, or the packet is a fragment.</exception>
    public static Segment? Decode(Frame frame)
    {
        (ushort etherType, int at) = EnterLink(frame);
        return etherType switch
        {
            EtherTypeIp => DecodeIp(frame, at),
            EtherTypeIpv6 => DecodeIpv6(frame, at),
            _ => null,
        };
    }

    private static (ushort EtherType, int At) EnterLink(Frame frame)
    {
        switch (frame.Link)
        {
            case LinkType.Ethernet:
                ushort type = Short(frame, 12);
                return type == EtherTypeVlan ? (Short(frame, 16), 18) : (type, 14);
            case LinkType.LinuxSll:
                return (Short(frame, 14), 16);
            case LinkType.LinuxSll2:
                return (Short(frame, 0), 20);
            default:
                return (Byte(frame, 0) >> 4 == 6 ? EtherTypeIpv6 : EtherTypeIp, 0);
        }
    }

    private static Segment? DecodeIp(Frame frame, int at)
    {
        int version = Byte(frame, at) >> 4;
        int headerBytes = (Byte(frame, at) & 15) * 4;
        Require(frame, version == 4 && headerBytes >= 20, $"an IPv4 header of version {version} and {headerBytes} bytes");
        if (Byte(frame, at + 9) != ProtocolTcp)
        {
            return null;
        }

        Require(frame, (Short(frame, at + 6) & 0x3FFF) == 0, "a fragment of a TCP packet");

        // The kernel leaves the field 0 in packets that are longer than it can say.
        int total = Short(frame, at + 2) is > 0 and var said ? said : frame.Length - at;
        Require(frame, total >= headerBytes && total <= frame.Length - at, $"an IPv4 packet of {total} bytes");
        return DecodeTcp(frame, at + headerBytes, at + total, new IPAddress(Bytes(frame, at + 12, 4)), new IPAddress(Bytes(frame, at + 16, 4)));
    }

    private static Segment? DecodeIpv6(Frame frame, int at)
    {
        int version = Byte(frame, at) >> 4;
        Require(frame, version == 6, $"an IPv6 header of version {version}");
        int payload = Short(frame, at + 4) is > 0 and var said ? said : frame.Length - at - Ipv6HeaderBytes;
        byte next = Byte(frame, at + 6);
        var source = new IPAddress(Bytes(frame, at + 8, 16));
        var destination = new IPAddress(Bytes(frame, at + 24, 16));
        int end = at + Ipv6HeaderBytes + payload;
        int header = at + Ipv6HeaderBytes;
        while (s_extensions.Contains(next))
        {
            next = Byte(frame, header);
            header += (Byte(frame, header + 1) + 1) * 8;
        }

        Require(frame, next != ProtocolFragment, "a fragment of an IPv6 packet");
        if (next != ProtocolTcp)
        {
            return null;
        }

        Require(frame, payload >= 0 && end <= frame.Length, $"an IPv6 payload of {payload} bytes");
        return DecodeTcp(frame, header, end, source, destination);
    }

    private static Segment DecodeTcp(Frame frame, int at, int end, IPAddress source, IPAddress destination)
    {
        int headerBytes = (Byte(frame, at + 12) >> 4) * 4;
        int payloadBytes = end - at - headerBytes;
        Require(frame, headerBytes >= TcpHeaderBytes && payloadBytes >= 0, $"a TCP header of {headerBytes} bytes");
        int begin = at + headerBytes;
        int captured = Math.Clamp(frame.Data.Length - begin, 0, payloadBytes);
        return new Segment(
            frame.AtNs,
            new IPEndPoint(source, Short(frame, at)),
            new IPEndPoint(destination, Short(frame, at + 2)),
            BinaryPrimitives.ReadUInt32BigEndian(Bytes(frame, at + 4, 4)),
            BinaryPrimitives.ReadUInt32BigEndian(Bytes(frame, at + 8, 4)),
            (TcpFlags)Byte(frame, at + 13) & (TcpFlags.Fin | TcpFlags.Syn | TcpFlags.Rst | TcpFlags.Ack),
            payloadBytes,
            captured == 0 ? ReadOnlyMemory<byte>.Empty : frame.Data.Slice(begin, captured));
    }

    private static byte Byte(Frame frame, int at) => Bytes(frame, at, 1)[0];

    private static ushort Short(Frame frame, int at) => BinaryPrimitives.ReadUInt16BigEndian(Bytes(frame, at, 2));

    private static ReadOnlySpan<byte> Bytes(Frame frame, int at, int count)
    {
        Require(frame, at + count <= frame.Data.Length, $"a header that is cut off after {frame.Data.Length} bytes");
        return frame.Data.Span.Slice(at, count);
    }

    private static void Require(Frame frame, bool holds, string what)
    {
        if (!holds)
        {
            throw new CaptureException($"the frame of {frame.AtNs} ns has {what}");
        }
    }
}
