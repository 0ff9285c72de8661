using System.Diagnostics;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Tests.Statistics;

public sealed class BootstrapTests
{
    [Fact]
    public void Equal_samples_have_equal_intervals()
    {
        Assert.Equal(Bootstrap.Of(Skewed(50, 1)), Bootstrap.Of(Skewed(50, 1)));
    }

    [Fact]
    public void Intervals_hold_their_statistic_and_stay_within_the_sample()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            Sample sample = Skewed(5 + (seed * 3), seed);
            SampleIntervals intervals = Bootstrap.Of(sample);

            Assert.True(intervals.Mean.Contains(sample.Mean));
            Assert.True(intervals.P50.Contains(sample.Quantile(0.5)));
            Assert.All(
                new[] { intervals.Mean, intervals.P50, intervals.P95, intervals.P99 },
                interval => Assert.True(interval.Low >= sample.Min && interval.High <= sample.Max && interval.Low <= interval.High));
        }
    }

    // The mean's interval is about mean ± 1.96 s/√n: 2,000 resamples leave some per cent of noise in its ends.
    [Fact]
    public void The_interval_of_a_mean_is_as_wide_as_the_standard_error_says()
    {
        Sample sample = new(Enumerable.Range(0, 400).Select(i => (double)i));
        double error = Math.Sqrt(((400.0 * 400.0) - 1) / 12) / Math.Sqrt(400);

        Interval mean = Bootstrap.Of(sample).Mean;

        Assert.InRange(mean.High - mean.Low, 0.93 * 2 * 1.96 * error, 1.07 * 2 * 1.96 * error);
    }

    [Fact]
    public void Narrows_as_the_sample_grows()
    {
        Interval few = Bootstrap.Of(Skewed(40, 3)).Mean;
        Interval many = Bootstrap.Of(Skewed(4000, 3)).Mean;

        Assert.True(many.High - many.Low < (few.High - few.Low) / 4);
    }

    [Fact]
    public void A_constant_is_its_own_interval()
    {
        Assert.Equal(new Interval(3, 3), Bootstrap.Of(new Sample([3, 3, 3])).P99);
    }

    [Fact]
    public void The_interval_of_an_effect_holds_it()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Sample a = Skewed(20, seed);
            Sample b = Skewed(35, seed + 100);

            Assert.True(Bootstrap.OfCliffsDelta(a, b).Contains(CliffsDelta.Of(a, b)));
        }
    }

    [Fact]
    public void Takes_a_bounded_time_for_a_large_sample()
    {
        Stopwatch watch = Stopwatch.StartNew();

        Bootstrap.Of(Skewed(200_000, 5));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    private static Sample Skewed(int count, int seed)
    {
        Random random = new(seed);
        return new Sample(Enumerable.Range(0, count).Select(_ => -Math.Log(1 - random.NextDouble())));
    }
}
