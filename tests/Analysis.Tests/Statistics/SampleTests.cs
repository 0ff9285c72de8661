using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Tests.Statistics;

public sealed class SampleTests
{
    // numpy.quantile of NumPy 1.24.2, whose default is type 7.
    [Theory]
    [InlineData(0, 3.3)]
    [InlineData(0.25, 4.575)]
    [InlineData(0.5, 6.85)]
    [InlineData(0.75, 8.225)]
    [InlineData(0.95, 9.525)]
    [InlineData(0.99, 9.825)]
    [InlineData(1, 9.9)]
    public void Quantiles_are_those_of_numpy(double p, double expected)
    {
        Sample sample = new([6.0, 9.9, 3.3, 8.4, 4.1, 7.7]);

        Assert.Equal(expected, sample.Quantile(p), 12);
    }

    [Fact]
    public void Quantiles_never_fall_as_p_grows()
    {
        Random random = new(7);
        for (int n = 1; n < 60; n++)
        {
            Sample sample = new(Enumerable.Range(0, n).Select(_ => Math.Round(random.NextDouble() * 9)));
            double[] quantiles = [.. Enumerable.Range(0, 101).Select(i => sample.Quantile(i / 100.0))];

            Assert.Equal(quantiles.Order(), quantiles);
            Assert.Equal(sample.Min, quantiles[0]);
            Assert.Equal(sample.Max, quantiles[^1]);
        }
    }

    [Fact]
    public void One_value_is_all_its_quantiles()
    {
        Assert.Equal(4.5, new Sample([4.5]).Quantile(0.99));
    }

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new[] { 1, double.NaN })]
    [InlineData(new[] { double.PositiveInfinity })]
    public void Refuses_what_has_no_statistics(double[] values)
    {
        Assert.Throws<ArgumentException>(() => new Sample(values));
    }
}
