using System.Text;
using NodeBox.Roles.Agent.Chat;

namespace NodeBox.Roles.Tests.Agent.Chat;

public sealed class SseDecoderTests
{
    public static TheoryData<string, string[]> Streams => new()
    {
        { "data: a\n\n", ["a"] },
        { "data:a\n\n", ["a"] },
        { "data:  a\n\n", [" a"] },
        { "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"] },
        { "data: a\r\rdata: b\r\r", ["a", "b"] },
        { "data: a\n\r\ndata: b\r\n\n", ["a", "b"] },
        { "data: a\ndata: b\n\n", ["a\nb"] },
        { "data\n\n", [""] },
        { "data:\n\n", [""] },
        { "data:\ndata:\n\n", ["\n"] },
        { ": comment\n\n", [] },
        { "event: x\nid: 7\nretry: 5\n\n", [] },
        { "event: x\ndata: a\nid: 7\n\n", ["a"] },
        { "database: a\n\n", [] },
        { "\n\n\ndata: a\n\n\n\n", ["a"] },
        { "data: a\n", [] },
        { "data: a", [] },
        { "", [] },
        { "data: größe ✓\n\n", ["größe ✓"] },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Decodes_the_same_however_the_stream_is_cut(string stream, string[] events)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(stream);
        for (int size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(events, Decode(new SseDecoder(100), bytes.Chunk(size)));
        }
    }

    [Theory]
    [InlineData("data: 12345678901")]
    [InlineData(": a comment is a line, too")]
    [InlineData("data: 123456\ndata: 123456\n")]
    public void Refuses_a_line_or_an_event_beyond_its_bound(string stream)
    {
        Assert.Throws<LlmException>(() => Decode(new SseDecoder(12), [Encoding.UTF8.GetBytes(stream)]));
    }

    [Fact]
    public void Decodes_any_bytes_to_the_same_events_in_any_pieces()
    {
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            byte[] stream = [.. Enumerable.Range(0, random.Next(60)).Select(_ => (byte)"data: \r\n\n\rx\0\xff"[random.Next(13)])];
            string[] whole = Decode(new SseDecoder(1000), [stream]);

            Assert.Equal(whole, Decode(new SseDecoder(1000), stream.Chunk(random.Next(1, 8))));
        }
    }

    private static string[] Decode(SseDecoder decoder, IEnumerable<byte[]> pieces) =>
        [.. pieces.SelectMany(piece => decoder.Decode(piece).ToArray()).Select(Encoding.UTF8.GetString)];
}
