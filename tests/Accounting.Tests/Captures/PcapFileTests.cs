using NodeBox.Accounting.Tests.Samples;

namespace NodeBox.Accounting.Tests.Captures;

public sealed class PcapFileTests
{
    private static readonly (long, byte[])[] s_frames =
    [
        (1_700_000_000_123_456_000, [1, 2, 3]), (1_700_000_001_000_001_000, []), (4_294_967_295_999_999_000, [4]),
    ];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Reads_both_byte_orders_and_both_units_of_time(bool bigEndian, bool nanoseconds)
    {
        byte[] file = Packets.Pcap(s_frames, LinkType.LinuxSll2, bigEndian, nanoseconds);
        IReadOnlyList<Frame> frames = PcapFile.Parse(file, "file");
        Assert.Equal(s_frames.Select(static frame => frame.Item1), frames.Select(static frame => frame.AtNs));
        Assert.Equal(s_frames.Select(static frame => frame.Item2), frames.Select(static frame => frame.Data.ToArray()));
        Assert.All(frames, static frame => Assert.Equal(LinkType.LinuxSll2, frame.Link));
        Assert.All(frames, static frame => Assert.Equal(frame.Data.Length, frame.Length));
    }

    [Fact]
    public void Reads_what_tcpdump_wrote()
    {
        // The header, and a packet of 66 bytes on the wire that was captured with a snapshot length of 4 bytes.
        byte[] file = Convert.FromHexString(
            "4D3CB2A1020004000000000000000000040000000100000000E1F50540E2010004000000420000000A0B0C0D");
        Frame frame = Assert.Single(PcapFile.Parse(file, "file"));
        Assert.Equal(100_000_000_000_123_456, frame.AtNs);
        Assert.Equal(66, frame.Length);
        Assert.Equal([0x0A, 0x0B, 0x0C, 0x0D], frame.Data.ToArray());
    }

    [Theory]
    [InlineData("", "no capture, as it has 0 bytes")]
    [InlineData("4D3CB2A1", "no capture, as it has 4 bytes")]
    [InlineData("000102030405060708090A0B0C0D0E0F1011121314151617", "no capture, as it begins with 03020100")]
    [InlineData("0A0D0D0A05060708090A0B0C0D0E0F101112131415161718", "a pcapng capture")]
    [InlineData("4D3CB2A102000400000000000000000004000000FF000000", "link type 255 is not read")]
    [InlineData("4D3CB2A1020004000000000000000000040000000100000000E1F505", "cut off at byte 28, in the header of frame 1")]
    [InlineData("4D3CB2A1020004000000000000000000040000000100000000E1F5050000000004000000420000000A0B", "in frame 1: 4 bytes, of which 2")]
    [InlineData("4D3CB2A1020004000000000000000000040000000100000000E1F5050000000004000000030000000A0B0C0D", "cannot be: 4 of 3 bytes")]
    [InlineData("4D3CB2A1020004000000000000000000040000000100000000E1F505FFFFFFFF04000000040000000A0B0C0D", "4294967295 fractions")]
    [InlineData("4D3CB2A1020004000000000000000000040000000100000000E1F50500000000FFFFFF7FFFFFFF7F0A0B0C0D", "cannot be: 2147483647 of")]
    public void Refuses_what_is_none(string hex, string message)
    {
        var error = Assert.Throws<CaptureException>(() => PcapFile.Parse(Convert.FromHexString(hex), "some.pcap"));
        Assert.StartsWith("some.pcap: ", error.Message);
        Assert.Contains(message, error.Message);
    }
}
