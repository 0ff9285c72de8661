using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using NodeBox.Accounting.Tests.Captures;

namespace NodeBox.Accounting.Tests.Samples;

/// <summary>Makes captures by hand, byte by byte.</summary>
internal static class Packets
{
    /// <summary>A file with these frames.</summary>
    public static byte[] Pcap(IEnumerable<(long AtNs, byte[] Data)> frames, LinkType link, bool bigEndian = false, bool nanoseconds = true)
    {
        List<byte> file = [];
        void Word(uint value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
            if (!bigEndian)
            {
                bytes.Reverse();
            }

            file.AddRange(bytes);
        }

        Word(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4);
        Word(bigEndian ? 0x00020004u : 0x00040002u);
        Word(0);
        Word(0);
        Word(262_144);
        Word((uint)link);
        foreach ((long atNs, byte[] data) in frames)
        {
            Word((uint)(atNs / 1_000_000_000));
            Word((uint)(atNs % 1_000_000_000 / (nanoseconds ? 1 : 1000)));
            Word((uint)data.Length);
            Word((uint)data.Length);
            file.AddRange(data);
        }

        return [.. file];
    }

    /// <summary>A packet with its link header.</summary>
    public static byte[] Frame(LinkType link, Segment segment)
    {
        byte[] packet = Packet(segment);
        byte[] type = segment.Source.AddressFamily == AddressFamily.InterNetwork ? [0x08, 0x00] : [0x86, 0xDD];
        return link switch
        {
            LinkType.Ethernet => [.. new byte[12], .. type, .. packet],
            LinkType.LinuxSll => [.. new byte[14], .. type, .. packet],
            LinkType.LinuxSll2 => [.. type, .. new byte[18], .. packet],
            _ => packet,
        };
    }

    /// <summary>IP header, TCP header with the timestamps option, and payload.</summary>
    public static byte[] Packet(Segment segment)
    {
        byte[] tcp = new byte[32 + segment.PayloadBytes];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)segment.Source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), (ushort)segment.Destination.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), segment.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(8), segment.Acknowledgement);
        tcp[12] = 8 << 4;
        tcp[13] = (byte)segment.Flags;
        segment.Payload.CopyTo(tcp.AsMemory(32));
        return [.. IpHeader(segment.Source.Address, segment.Destination.Address, tcp.Length), .. tcp];
    }

    private static byte[] IpHeader(IPAddress source, IPAddress destination, int payload)
    {
        if (source.AddressFamily == AddressFamily.InterNetwork)
        {
            byte[] header = [0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, .. source.GetAddressBytes(), .. destination.GetAddressBytes()];
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(20 + payload));
            return header;
        }

        byte[] header6 = [0x60, 0, 0, 0, 0, 0, 6, 64, .. source.GetAddressBytes(), .. destination.GetAddressBytes()];
        BinaryPrimitives.WriteUInt16BigEndian(header6.AsSpan(4), (ushort)payload);
        return header6;
    }
}
