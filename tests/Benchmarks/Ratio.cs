using NodeBox.Analysis.Statistics;

namespace NodeBox.Benchmarks;

/// <summary>A median over rounds and its 95 % bootstrap interval; of a ratio, 0.02 is 2 %.</summary>
internal sealed record Ratio(double Median, double Low, double High)
{
    public static Ratio Of(IEnumerable<double> rounds)
    {
        Sample sample = new(rounds);
        Interval interval = Bootstrap.Of(sample).P50;
        return new Ratio(sample.Quantile(0.5), interval.Low, interval.High);
    }
}
