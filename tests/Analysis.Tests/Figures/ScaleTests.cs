using NodeBox.Analysis.Figures;

namespace NodeBox.Analysis.Tests.Figures;

public sealed class ScaleTests
{
    [Theory]
    [InlineData(1, new[] { "0", "0.2", "0.4", "0.6", "0.8", "1" })]
    [InlineData(470_000, new[] { "0", "100k", "200k", "300k", "400k", "500k" })]
    [InlineData(0, new[] { "0", "0.2", "0.4", "0.6", "0.8", "1" })]
    public void Ticks_from_zero_are_round_numbers(double max, string[] labels)
    {
        Assert.Equal(labels, Scale.FromZero(max, 0, 100).Ticks.Select(Scale.Label));
    }

    [Fact]
    public void Ticks_of_a_logarithm_are_ones_twos_and_fives_while_they_fit()
    {
        Assert.Equal(["10", "20", "50", "100", "200", "500", "1k"], Scale.Logarithmic(9, 1000, 0, 100).Ticks.Select(Scale.Label));
        Assert.Equal(["10", "100", "1k", "10k", "100k", "1M"], Scale.Logarithmic(9, 1_000_000, 0, 100).Ticks.Select(Scale.Label));
    }

    [Fact]
    public void Any_positive_range_has_ticks_and_keeps_its_values_inside()
    {
        Random random = new(5);
        for (int i = 0; i < 500; i++)
        {
            double min = Math.Pow(10, (random.NextDouble() * 12) - 4);
            double max = min * Math.Pow(10, random.NextDouble() * random.Next(0, 7));
            Scale scale = Scale.Logarithmic(min, max, 10, 110);

            Assert.InRange(scale.Ticks.Count, 1, 12);
            Assert.All(scale.Ticks, tick => Assert.InRange(scale.At(tick), 9.999, 110.001));
            Assert.InRange(scale.At(min), 10, scale.At(max));
            Assert.InRange(scale.At(max), scale.At(min), 110);
        }
    }

    [Fact]
    public void Values_that_have_no_logarithm_are_drawn_in_proportion()
    {
        Assert.Equal(50, Scale.Logarithmic(0, 10, 0, 100).At(5), 9);
    }
}
