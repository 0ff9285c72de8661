using System.Net;
using System.Text;
using NodeBox.Accounting.Tests.Captures;

namespace NodeBox.Accounting.Tests.Streams;

public sealed class ByteStreamTests
{
    [Theory]
    [InlineData(1u)]
    [InlineData(0x7FFF_FFFEu)]
    [InlineData(0xFFFF_FFFEu)]
    public void Counts_from_the_first_byte_wherever_sequence_numbers_begin(uint first)
    {
        ByteStream stream = Stream(first, (0, "abc"), (3, "def"));
        Assert.Equal("abcdef", Text(stream));
        Assert.Equal([0, 3], stream.Transmissions.Select(static packet => packet.Offset));
        Assert.All(stream.Transmissions, static packet => Assert.True(packet.IsNew));
    }

    [Fact]
    public void Follows_sequence_numbers_around_more_than_once()
    {
        const int Step = 1 << 20;
        var stream = new ByteStream(5);
        for (long offset = 0; offset < 3L << 32; offset += Step)
        {
            Assert.Equal(offset, stream.OffsetOf((uint)(5 + offset)));
            stream.Add(Segment((uint)(5 + offset), []) with { PayloadBytes = Step }, order: 0);
        }

        Assert.Equal(3L << 32, stream.Bytes);
    }

    [Fact]
    public void A_packet_with_nothing_new_is_a_repetition()
    {
        ByteStream stream = Stream(9, (0, "abc"), (0, "abc"), (3, "def"), (1, "bcde"), (2, "c"));
        Assert.Equal([true, false, true, false, false], stream.Transmissions.Select(static packet => packet.IsNew));
        Assert.Equal("abcdef", Text(stream));
    }

    [Fact]
    public void Fills_gaps_and_says_which_are_left()
    {
        ByteStream stream = Stream(9, (3, "def"), (9, "jkl"));
        Assert.True(stream.HasGap);
        Assert.Equal(0, stream.Bytes);
        stream.Add(Segment(9, "abcdef"u8.ToArray()), 2);
        Assert.Equal("abcdef", Text(stream));
        Assert.Equal(3, stream.Transmissions[^1].NewBytes);
        stream.Add(Segment(15, "ghi"u8.ToArray()), 3);
        Assert.False(stream.HasGap);
        Assert.Equal("abcdefghijkl", Text(stream));
    }

    [Fact]
    public void What_stands_before_the_beginning_is_not_of_the_stream()
    {
        ByteStream stream = Stream(9, (-1, "x"), (0, "abc"));
        Assert.Equal("abc", Text(stream));
        Assert.Equal([false, true], stream.Transmissions.Select(static packet => packet.IsNew));
    }

    [Fact]
    public void Counts_SYNs_and_FINs_that_come_again()
    {
        ByteStream stream = Stream(9, (0, "abc"));
        foreach (TcpFlags flags in new[] { TcpFlags.Syn, TcpFlags.Syn, TcpFlags.Ack, TcpFlags.Fin, TcpFlags.Fin, TcpFlags.Fin })
        {
            stream.Add(Segment(12, []) with { Flags = flags }, 1);
        }

        Assert.Equal(3, stream.ControlRepeats);
    }

    [Fact]
    public void A_packet_of_which_only_a_part_was_captured_counts_and_has_no_content()
    {
        var stream = new ByteStream(9);
        stream.Add(Segment(9, new byte[100]) with { Payload = new byte[10] }, 0);
        Assert.Equal(100, stream.Bytes);
        Assert.Contains("only 10 of 100 bytes", Assert.Throws<CaptureException>(() => stream.Content()).Message);
    }

    private static ByteStream Stream(uint first, params (int Offset, string Bytes)[] packets)
    {
        var stream = new ByteStream(first);
        foreach ((int order, (int offset, string bytes)) in packets.Index())
        {
            stream.Add(Segment(first + (uint)offset, Encoding.Latin1.GetBytes(bytes)), order);
        }

        return stream;
    }

    private static string Text(ByteStream stream) => Encoding.Latin1.GetString(stream.Content());

    private static Segment Segment(uint sequence, byte[] payload) =>
        new(0, new IPEndPoint(1, 1), new IPEndPoint(2, 2), sequence, 0, TcpFlags.Ack, payload.Length, payload);
}
