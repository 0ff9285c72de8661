using NodeBox.Probing.Slicing;

namespace NodeBox.Tests.Probing.Slicing;

public sealed class SequenceTests
{
    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(0x7fff_ffffu)]
    [InlineData(uint.MaxValue)]
    public void Offsets_go_on_where_sequence_numbers_begin_again(uint first)
    {
        const long Step = 1_000_000_007;
        var sequence = new Sequence(first);
        for (long offset = 0; offset < 20 * Step; offset += Step)
        {
            Assert.Equal(offset, sequence.OffsetOf((uint)(first + offset)));
        }
    }

    [Fact]
    public void Late_numbers_are_behind_and_the_syn_is_before_the_first_byte()
    {
        var sequence = new Sequence(1000);
        Assert.Equal(-1, sequence.OffsetOf(999));
        Assert.Equal(3_000, sequence.OffsetOf(4_000));
        Assert.Equal(0, sequence.OffsetOf(1000));
        sequence.Advance(5_000_000_000);
        Assert.Equal(5_000_000_000, sequence.OffsetOf(unchecked((uint)(5_000_000_000 + 1000))));
        Assert.Equal(4_999_000_000, sequence.OffsetOf(unchecked((uint)(4_999_000_000 + 1000))));
    }
}
