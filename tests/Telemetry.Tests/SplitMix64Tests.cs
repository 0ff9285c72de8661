namespace NodeBox.Telemetry.Tests;

public sealed class SplitMix64Tests
{
    [Fact]
    public void Gives_the_published_sequence()
    {
        // Vigna's splitmix64.c with seed 1234567, as listed by Rosetta Code, "Pseudo-random numbers/Splitmix64".
        var random = new SplitMix64(1234567);

        ulong[] first = [.. Enumerable.Range(0, 5).Select(_ => random.Next())];

        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821], first);
    }

    [Fact]
    public void Ranges_hold_both_ends()
    {
        var random = new SplitMix64(1);
        long[] drawn = [.. Enumerable.Range(0, 1000).Select(_ => random.NextBetween(-3, 2))];

        Assert.Equal([-3, -2, -1, 0, 1, 2], drawn.Distinct().Order());
        Assert.Equal(7, random.NextBetween(7, 7));
    }

    [Fact]
    public void Numbers_stay_within_their_bounds_and_reach_both_ends()
    {
        var random = new SplitMix64(1);
        int[] dice = [.. Enumerable.Range(0, 1000).Select(_ => random.NextInt(6))];
        double[] shares = [.. Enumerable.Range(0, 1000).Select(_ => random.NextDouble())];

        Assert.Equal([0, 1, 2, 3, 4, 5], dice.Distinct().Order());
        Assert.All(shares, static share => Assert.InRange(share, 0, 1 - double.Epsilon));
        Assert.InRange(shares.Average(), 0.45, 0.55);
    }
}
