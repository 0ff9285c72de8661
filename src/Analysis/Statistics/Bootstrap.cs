using NodeBox.Telemetry;

namespace NodeBox.Analysis.Statistics;

/// <summary>95 % intervals of the figures that a summary gives.</summary>
public sealed record SampleIntervals(Interval Mean, Interval P50, Interval P95, Interval P99);

/// <summary>
/// Percentile bootstrap (Efron 1979): values are drawn with replacement, and the interval is what holds the middle 95 % of the resampled
/// statistic. The seed is fixed, so equal samples have equal intervals. What is drawn is taken as independent of each other.
/// </summary>
public static class Bootstrap
{
    /// <summary>Resamples of a sample of up to 20,000 values; of a larger one fewer, down to 200, so that time stays bounded.</summary>
    public const int Resamples = 2000;

    private const int ResamplesAtLeast = 200;
    private const long DrawsAtMost = 40_000_000;
    private const ulong Seed = 0x6E6F6465626F78;

    /// <summary>Intervals of the mean and of three quantiles, from the same resamples.</summary>
    public static SampleIntervals Of(Sample sample)
    {
        if (sample.IsConstant)
        {
            Interval only = new(sample.Min, sample.Max);
            return new SampleIntervals(only, only, only, only);
        }

        SplitMix64 random = new(Seed);
        Resample resample = new(sample);
        return Of(ResamplesFor(sample.Count), () =>
        {
            resample.Draw(ref random);
            return (resample.Mean, resample.Quantile);
        });
    }

    /// <summary>As above, with whole tasks drawn: their values are not independent of each other.</summary>
    internal static SampleIntervals Of(BucketedSample sample)
    {
        SplitMix64 random = new(Seed);
        return Of(ResamplesFor(sample.Entries), () =>
        {
            Histogram drawn = sample.Resample(tasks => random.NextInt(tasks));
            return (drawn.Mean, drawn.Quantile);
        });
    }

    /// <summary>The interval of Cliff's delta of <paramref name="b"/> against <paramref name="a"/>, both resampled.</summary>
    public static Interval OfCliffsDelta(Sample a, Sample b)
    {
        PooledRanks ranks = new(a, b);
        double[] deltas = new double[ResamplesFor(a.Count + b.Count)];
        int[] drawnA = new int[ranks.Distinct];
        int[] drawnB = new int[ranks.Distinct];
        SplitMix64 random = new(Seed);
        for (int i = 0; i < deltas.Length; i++)
        {
            Draw(ranks.OfA, drawnA, ref random);
            Draw(ranks.OfB, drawnB, ref random);
            deltas[i] = PooledRanks.CliffsDelta(drawnA, drawnB);
        }

        return Middle(deltas);
    }

    private static SampleIntervals Of(int resamples, Func<(double Mean, Func<double, double> Quantile)> draw)
    {
        double[] means = new double[resamples];
        double[] p50 = new double[resamples];
        double[] p95 = new double[resamples];
        double[] p99 = new double[resamples];
        for (int i = 0; i < resamples; i++)
        {
            (means[i], Func<double, double> quantile) = draw();
            p50[i] = quantile(0.50);
            p95[i] = quantile(0.95);
            p99[i] = quantile(0.99);
        }

        return new SampleIntervals(Middle(means), Middle(p50), Middle(p95), Middle(p99));
    }

    private static void Draw(ReadOnlySpan<int> ranks, int[] counts, ref SplitMix64 random)
    {
        Array.Clear(counts);
        for (int i = 0; i < ranks.Length; i++)
        {
            counts[ranks[random.NextInt(ranks.Length)]]++;
        }
    }

    private static int ResamplesFor(int values) => (int)Math.Clamp(DrawsAtMost / values, ResamplesAtLeast, Resamples);

    private static Interval Middle(double[] statistics)
    {
        Sample resampled = new(statistics);
        return new Interval(resampled.Quantile(0.025), resampled.Quantile(0.975));
    }
}
