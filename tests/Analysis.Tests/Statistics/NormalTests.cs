using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Tests.Statistics;

public sealed class NormalTests
{
    // scipy.stats.norm.sf of SciPy 1.10.1.
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.5, 0.3085375387259869)]
    [InlineData(1, 0.15865525393145707)]
    [InlineData(1.96, 0.024997895148220435)]
    [InlineData(2.5, 0.006209665325776132)]
    [InlineData(3, 0.0013498980316300933)]
    [InlineData(5, 2.866515718791933e-07)]
    [InlineData(8, 6.22096057427174e-16)]
    [InlineData(12, 1.776482112077653e-33)]
    public void Upper_tail_is_that_of_scipy(double z, double expected)
    {
        Assert.Equal(1, Normal.UpperTail(z) / expected, 11);
    }
}
