using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Tests.Statistics;

public sealed class HolmTests
{
    // By hand: the smallest times 4, the next times 3, …; never below the one before, never above 1.
    [Theory]
    [InlineData(new[] { 0.01, 0.04, 0.03, 0.005 }, new[] { 0.03, 0.06, 0.06, 0.02 })]
    [InlineData(new[] { 0.6, 0.5 }, new[] { 1.0, 1.0 })]
    [InlineData(new[] { 0.2 }, new[] { 0.2 })]
    [InlineData(new double[0], new double[0])]
    public void Adjusts_step_down(double[] p, double[] expected)
    {
        Assert.Equal(expected, Holm.Adjust(p), (want, have) => Math.Abs(want - have) < 1e-12);
    }
}
