namespace NodeBox.Analysis.Statistics;

/// <summary>How far b lies from a, in the metric's unit: the median of all differences b − a (Hodges and Lehmann 1963).</summary>
/// <param name="Value">The shift.</param>
/// <param name="Ci95">
/// Between the differences that the Mann-Whitney statistic's normal approximation gives as the 2.5 % and 97.5 % points (Hollander and
/// Wolfe, §4.3); the whole range of the differences where the samples are too small for it.
/// </param>
public sealed record HodgesLehmann(double Value, Interval Ci95)
{
    private const double Z975 = 1.959963984540054;

    public static HodgesLehmann Of(Sample a, Sample b)
    {
        long pairs = (long)a.Count * b.Count;
        double spread = Z975 * Math.Sqrt(pairs * (a.Count + b.Count + 1) / 12.0);
        long tail = Math.Max((long)Math.Floor((pairs / 2.0) - spread), 1);
        double median = (Difference(a, b, (pairs + 1) / 2) + Difference(a, b, (pairs / 2) + 1)) / 2;
        return new HodgesLehmann(median, new Interval(Difference(a, b, tail), Difference(a, b, pairs + 1 - tail)));
    }

    /// <summary>
    /// The <paramref name="rank"/>-th smallest difference, from 1. Bisection over the doubles in their order finds it exactly without
    /// writing all differences down: 64 counts of linear time.
    /// </summary>
    private static double Difference(Sample a, Sample b, long rank)
    {
        long low = Order(b.Min - a.Max);
        long high = Order(b.Max - a.Min);
        while (low < high)
        {
            // From negative to positive doubles is more than a long holds, and just what a ulong does.
            long middle = low + (long)((ulong)(high - low) >> 1);
            if (AtMost(a.Values, b.Values, FromOrder(middle)) >= rank)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return FromOrder(low);
    }

    private static long AtMost(ReadOnlySpan<double> a, ReadOnlySpan<double> b, double limit)
    {
        long count = 0;
        int within = 0;
        foreach (double value in a)
        {
            // The larger a, the smaller b − a, so the border only moves up.
            while (within < b.Length && b[within] - value <= limit)
            {
                within++;
            }

            count += within;
        }

        return count;
    }

    // The bits of a double, turned so that integers sort as the doubles do.
    private static long Order(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        return bits >= 0 ? bits : long.MinValue - bits;
    }

    private static double FromOrder(long order) => BitConverter.Int64BitsToDouble(order >= 0 ? order : long.MinValue - order);
}
