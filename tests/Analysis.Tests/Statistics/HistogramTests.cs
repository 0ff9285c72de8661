using NodeBox.Analysis.Figures;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Tests.Statistics;

public sealed class HistogramTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 50)]
    [InlineData(0.2, 100)]
    [InlineData(0.3, 225)]
    [InlineData(0.6, 300)]
    [InlineData(1, 300)]
    public void Quantiles_are_linear_within_buckets_and_skip_empty_ones(double p, double value)
    {
        // Two values up to 100, none up to 200, four up to 300, four without a bound.
        Histogram histogram = Of((100, 2), (200, 0), (300, 4), (uint.MaxValue, 4));

        Assert.Equal(value, histogram.Quantile(p), 9);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(31, 31, 31)]
    [InlineData(33, 32, 33)]
    [InlineData(63, 62, 63)]
    [InlineData(67, 64, 67)]
    [InlineData(40_959, 38_912, 40_959)]
    [InlineData(100, 31, 100)]
    [InlineData(64, 31, 64)]
    public void A_bound_of_16_to_a_power_says_where_its_bucket_begins(long bound, double low, double high)
    {
        BucketBounds bounds = new([31, bound, 1_000_000]);
        int at = bounds.IndexOf(bound);

        Assert.Equal((low, high), (bounds.Low(at), bounds.High(at)));
    }

    [Fact]
    public void A_lonely_outlier_stays_where_it_was()
    {
        Histogram histogram = Of((207, 97), (40_959, 3));

        Assert.InRange(histogram.Quantile(0.99), 38_912, 40_959);
        Assert.InRange(histogram.Quantile(0.5), 200, 207);
    }

    [Fact]
    public void The_mean_takes_each_value_as_its_buckets_middle()
    {
        Assert.Equal(((2 * 50) + (4 * 250) + (4 * 300)) / 10.0, Of((100, 2), (200, 0), (300, 4), (uint.MaxValue, 4)).Mean, 9);
    }

    [Fact]
    public void Fine_buckets_give_the_quantiles_of_their_values()
    {
        Random random = new(11);
        long[] values = [.. Enumerable.Range(0, 5000).Select(_ => (long)Math.Exp(2 + (6 * random.NextDouble())))];
        Histogram histogram = Of([.. values.GroupBy(value => value).Select(same => (same.Key, (double)same.Count()))]);
        Sample sample = new(values.Select(value => (double)value));

        foreach (double p in new[] { 0.1, 0.5, 0.95, 0.99 })
        {
            Assert.InRange(histogram.Quantile(p), (sample.Quantile(p) * 0.98) - 1, (sample.Quantile(p) * 1.02) + 1);
        }
    }

    [Fact]
    public void Its_curve_rises_from_nothing_to_all()
    {
        EcdfCurve curve = EcdfCurve.Of(Of((100, 2), (200, 0), (300, 4), (uint.MaxValue, 4)));

        Assert.Equal([(50, 0), (50, 0.1), (100, 0.2), (200, 0.2), (300, 0.6), (300, 0.6), (300, 1)], curve.Points);
        Assert.Equal(275, curve.Median);
    }

    [Fact]
    public void Its_curve_never_falls()
    {
        EcdfCurve curve = EcdfCurve.Of(Of((0, 3), (50, 2), (60, 1), (63, 4), (100, 2), (uint.MaxValue, 1)));

        Assert.Equal(curve.Points.Select(point => point.X).Order(), curve.Points.Select(point => point.X));
        Assert.Equal(curve.Points.Select(point => point.Share).Order(), curve.Points.Select(point => point.Share));
        Assert.Equal(1, curve.Points[^1].Share);
    }

    [Fact]
    public void Intervals_draw_whole_tasks()
    {
        BucketBounds bounds = new([100, 200]);
        BucketedSample apart = new(bounds, [[(0, 1000)], [(1, 1000)]]);
        BucketedSample alike = new(bounds, [[(0, 1000), (1, 1000)], [(0, 1000), (1, 1000)]]);

        // However many values there are, two tasks that differ leave the median open; two that are alike do not.
        Assert.Equal(new Interval(50, 150), Bootstrap.Of(apart).P50);
        Assert.Equal(new Interval(100, 100), Bootstrap.Of(alike).P50);
        Assert.Equal((2000, 100), (apart.Pooled.Total, apart.Pooled.Quantile(0.5)));
        Assert.Equal([50, 150], apart.OfTasks(0.5).Values.ToArray());
    }

    private static Histogram Of(params (long Bound, double Count)[] buckets)
    {
        BucketBounds bounds = new(buckets.Select(bucket => bucket.Bound));
        double[] counts = new double[bounds.Count];
        foreach ((long bound, double count) in buckets)
        {
            counts[bounds.IndexOf(bound)] = count;
        }

        return new Histogram(bounds, counts);
    }
}
