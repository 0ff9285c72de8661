using System.Net;
using NodeBox.Accounting.Tests.Samples;

namespace NodeBox.Accounting.Tests.Captures;

public sealed class SegmentDecoderTests
{
    public static TheoryData<int, string, string> Kinds { get; } = new(
        from link in Enum.GetValues<LinkType>()
        from addresses in new[] { ("10.0.0.1", "10.0.0.2"), ("fd77::1", "::1") }
        select ((int)link, addresses.Item1, addresses.Item2));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reads_each_link_type_and_both_versions(int link, string source, string destination)
    {
        Segment sent = Sample(source, destination, "payload"u8.ToArray());
        Segment read = Decode((LinkType)link, Packets.Frame((LinkType)link, sent))!.Value;
        Assert.Equal("payload"u8.ToArray(), read.Payload.ToArray());
        Assert.Equal(sent, read with { Payload = sent.Payload });
    }

    [Fact]
    public void Bytes_behind_the_packet_are_no_payload()
    {
        byte[] frame = [.. Packets.Frame(LinkType.Ethernet, Sample("10.0.0.1", "10.0.0.2", [])), 0, 0, 0, 0, 0, 0];
        Assert.Equal(0, Decode(LinkType.Ethernet, frame)!.Value.PayloadBytes);
    }

    [Fact]
    public void A_packet_that_was_captured_in_part_has_its_length_on_the_wire()
    {
        byte[] frame = Packets.Frame(LinkType.Raw, Sample("10.0.0.1", "10.0.0.2", new byte[100]));
        Segment read = SegmentDecoder.Decode(new Frame(0, LinkType.Raw, frame.AsMemory(0, 60), frame.Length))!.Value;
        Assert.Equal(100, read.PayloadBytes);
        Assert.Equal(8, read.Payload.Length);
    }

    [Fact]
    public void A_packet_too_long_for_its_length_field_is_as_long_as_its_frame()
    {
        byte[] frame = Packets.Frame(LinkType.Raw, Sample("10.0.0.1", "10.0.0.2", new byte[100]));
        frame[2] = frame[3] = 0;
        Assert.Equal(100, Decode(LinkType.Raw, frame)!.Value.PayloadBytes);
    }

    [Fact]
    public void Looks_behind_a_VLAN_tag_and_extension_headers()
    {
        Segment sent = Sample("fd77::1", "fd77::2", [7]);
        byte[] packet = Packets.Packet(sent);
        byte[] extended = [.. packet[..6], 0, 64, .. packet[8..40], 60, 0, 0, 0, 0, 0, 0, 0, 6, 1, .. new byte[14], .. packet[40..]];
        extended[5] += 24;
        byte[] frame = [.. new byte[12], 0x81, 0x00, 0, 5, 0x86, 0xDD, .. extended];
        Assert.Equal([7], Decode(LinkType.Ethernet, frame)!.Value.Payload.ToArray());
    }

    [Theory]
    [InlineData("0806")]
    [InlineData("86DD6000000000001140")]
    [InlineData("080045000000000000004011")]
    public void What_is_not_TCP_is_nothing(string hex)
    {
        byte[] frame = [.. new byte[12], .. Convert.FromHexString(hex), .. new byte[60]];
        Assert.Null(Decode(LinkType.Ethernet, frame));
    }

    [Theory]
    [InlineData(0, 0x55, "an IPv4 header of version 5")]
    [InlineData(0, 0x44, "an IPv4 header of version 4 and 16 bytes")]
    [InlineData(6, 0x20, "a fragment")]
    [InlineData(7, 0x01, "a fragment")]
    [InlineData(3, 0x13, "an IPv4 packet of 19 bytes")]
    [InlineData(2, 0x10, "an IPv4 packet of")]
    [InlineData(32, 0x40, "a TCP header of 16 bytes")]
    [InlineData(32, 0xF0, "a TCP header of 60 bytes")]
    public void Refuses_headers_that_cannot_be(int at, byte value, string message)
    {
        byte[] frame = Packets.Frame(LinkType.Ethernet, Sample("10.0.0.1", "10.0.0.2", [1]));
        frame[14 + at] = value;
        Assert.Contains(message, Assert.Throws<CaptureException>(() => Decode(LinkType.Ethernet, frame)).Message);
    }

    [Fact]
    public void Refuses_every_header_that_is_cut_off()
    {
        byte[] frame = Packets.Frame(LinkType.LinuxSll, Sample("10.0.0.1", "10.0.0.2", []));
        const int Unread = 18;
        for (int length = 0; length < frame.Length - Unread; length++)
        {
            var cut = new Frame(0, LinkType.LinuxSll, frame.AsMemory(0, length), frame.Length);
            Assert.Contains("cut off", Assert.Throws<CaptureException>(() => SegmentDecoder.Decode(cut)).Message);
        }
    }

    private static Segment? Decode(LinkType link, byte[] frame) => SegmentDecoder.Decode(new Frame(0, link, frame, frame.Length));

    private static Segment Sample(string source, string destination, byte[] payload) => new(
        0,
        new IPEndPoint(IPAddress.Parse(source), 40_000),
        new IPEndPoint(IPAddress.Parse(destination), 443),
        0xFFFF_FFF0,
        0x8000_0001,
        TcpFlags.Ack | TcpFlags.Fin,
        payload.Length,
        payload);
}
