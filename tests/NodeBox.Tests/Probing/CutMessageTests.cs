using System.Diagnostics;
using NodeBox.Probing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Tests.Probing;

public sealed class CutMessageTests
{
    private static readonly Tag s_tag = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), "agent-ä");

    public static TheoryData<SliceCut> Cuts =>
    [
        new SliceCut(1, 0, null, SliceKind.Connection, 1, 0, 0, null, null),
        new SliceCut(ulong.MaxValue, uint.MaxValue, s_tag, SliceKind.Other, 2, long.MaxValue, 3, uint.MaxValue, 0, IsShared: true),
        new SliceCut(5, 6, s_tag with { AgentId = null }, SliceKind.Llm, 7, 8, 9, null, 10),
        new SliceCut(5, 6, s_tag with { AgentId = new string('a', Tag.MaxAgentBytes) }, SliceKind.Tool, 7, 8, 9, 10, null),
        new SliceCut(),
    ];

    [Theory]
    [MemberData(nameof(Cuts))]
    public void What_is_written_is_read(SliceCut cut)
    {
        byte[] message = new byte[CutMessage.Size];
        message.AsSpan().Fill(0xff);
        CutMessage.Write(in cut, message);
        Assert.True(CutMessage.TryRead(message, out SliceCut read));
        Assert.Equal(cut, read);
    }

    [Theory]
    [InlineData(0, 1)] // magic
    [InlineData(23, 0x80)] // a negative time
    [InlineData(22, 0x7f)] // a time to come
    [InlineData(31, 0x80)] // negative offsets
    [InlineData(39, 0x80)]
    [InlineData(48, 0x20)] // parts that do not exist
    [InlineData(48, 0x08)] // an agent without a tag
    [InlineData(52, 0x10)] // a kind that does not exist
    [InlineData(80, 0x01)] // a name that is none
    [InlineData(80, 0xff)] // no UTF-8
    [InlineData(112, 1)] // what must be zero
    [InlineData(127, 1)]
    public void Anything_else_is_refused(int at, byte flipped)
    {
        byte[] message = new byte[CutMessage.Size];
        CutMessage.Write(new SliceCut(5, 6, flipped == 0x08 ? null : s_tag, SliceKind.Llm, 7, 8, 9, 1, 2), message);
        message[at] ^= flipped;
        if (at == 80 && flipped == 1)
        {
            message[at] = 7;
        }

        Assert.False(CutMessage.TryRead(message, out _));
    }

    [Fact]
    public void Random_bytes_are_refused_or_read_as_a_cut_that_would_be_written_so()
    {
        var random = new Random(1);
        byte[] valid = new byte[CutMessage.Size];
        CutMessage.Write(new SliceCut(5, 6, s_tag, SliceKind.Llm, 7, 8, 9, 1, 2), valid);
        byte[] message = new byte[CutMessage.Size];
        byte[] again = new byte[CutMessage.Size];
        int read = 0;
        for (int i = 0; i < 100_000; i++)
        {
            valid.CopyTo(message, 0);
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            if (CutMessage.TryRead(message, out SliceCut cut))
            {
                read++;
                CutMessage.Write(in cut, again);
                Assert.Equal(message, again);
            }

            random.NextBytes(message);
            Assert.False(CutMessage.TryRead(message, out _));
        }

        Assert.InRange(read, 1000, 90_000);
    }
}
