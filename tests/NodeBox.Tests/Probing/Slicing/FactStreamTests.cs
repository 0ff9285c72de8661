using NodeBox.Probing.Slicing;

namespace NodeBox.Tests.Probing.Slicing;

public sealed class FactStreamTests
{
    [Fact]
    public void What_was_taken_at_a_snapshot_is_not_taken_again()
    {
        FactStream stream = default;
        Assert.Equal([1, 2], stream.Take(0, [1, 2], out uint lost).ToArray());
        Assert.Equal([3, 4], stream.Take(2, [3, 4], out lost).ToArray());
        Assert.Equal([5], stream.Take(2, [3, 4, 5], out lost).ToArray());
        Assert.Empty(stream.Take(3, [4, 5], out lost).ToArray());
        Assert.Equal(0u, lost);
        Assert.Equal([6], stream.Take(5, [6], out lost).ToArray());
    }

    [Fact]
    public void A_gap_says_how_many_were_lost()
    {
        FactStream stream = default;
        stream.Take(0, [1], out _);
        Assert.Equal([9], stream.Take(4, [9], out uint lost).ToArray());
        Assert.Equal(3u, lost);
        stream.Take(5, [1], out lost);
        Assert.Equal(0u, lost);
    }

    [Fact]
    public void Ordinals_begin_again_after_the_last()
    {
        FactStream stream = default;
        stream.Take(uint.MaxValue - 1 - int.MaxValue, [1], out _);
        stream.Take(uint.MaxValue - 1, [1], out _);
        Assert.Equal([2, 3], stream.Take(uint.MaxValue, [2, 3], out uint lost).ToArray());
        Assert.Equal(0u, lost);
        Assert.Equal([4], stream.Take(0, [3, 4], out lost).ToArray());
    }
}
