namespace NodeBox.Analysis.Statistics;

/// <summary>Whether one of two samples tends to larger values (Mann and Whitney 1947).</summary>
/// <param name="U">Pairs where b is above a; a tie counts one half.</param>
/// <param name="P">Two-sided p-value.</param>
public sealed record MannWhitney(double U, double P)
{
    private const int ExactUpTo = 20;

    /// <summary>
    /// Exact where both samples have at most 20 values and no two are equal; else the normal approximation with tie and continuity
    /// correction.
    /// </summary>
    public static MannWhitney Of(Sample a, Sample b)
    {
        PooledRanks ranks = new(a, b);
        int[] countsA = ranks.Count(ranks.OfA);
        int[] countsB = ranks.Count(ranks.OfB);
        double pairs = (double)a.Count * b.Count;
        double u = (PooledRanks.CliffsDelta(countsA, countsB) + 1) / 2 * pairs;
        bool ties = ranks.Distinct < a.Count + b.Count;
        bool exact = !ties && a.Count <= ExactUpTo && b.Count <= ExactUpTo;
        return new MannWhitney(u, exact ? Exact(a.Count, b.Count, (int)Math.Round(u)) : Approximate(countsA, countsB, u));
    }

    /// <summary>
    /// The ways to reach each U are the coefficients of the Gaussian binomial, a product of (1 − q^(m+i)) / (1 − q^i); the doubles are
    /// exact because C(40, 20) &lt; 2^53.
    /// </summary>
    private static double Exact(int n, int m, int u)
    {
        double[] ways = new double[(n * m) + 1];
        ways[0] = 1;
        for (int i = 1; i <= n; i++)
        {
            for (int k = ways.Length - 1; k >= m + i; k--)
            {
                ways[k] -= ways[k - m - i];
            }

            for (int k = i; k < ways.Length; k++)
            {
                ways[k] += ways[k - i];
            }
        }

        int least = Math.Min(u, (n * m) - u);
        return Math.Min(1, 2 * ways.AsSpan(0, least + 1).ToArray().Sum() / ways.Sum());
    }

    private static double Approximate(int[] countsA, int[] countsB, double u)
    {
        double n = countsA.Sum();
        double m = countsB.Sum();
        double ties = 0;
        for (int i = 0; i < countsA.Length; i++)
        {
            double tied = countsA[i] + countsB[i];
            ties += (tied * tied * tied) - tied;
        }

        double variance = n * m / 12 * (n + m + 1 - (ties / ((n + m) * (n + m - 1))));
        double distance = Math.Max(Math.Abs(u - (n * m / 2)) - 0.5, 0);
        return variance > 0 ? Math.Min(1, 2 * Normal.UpperTail(distance / Math.Sqrt(variance))) : 1;
    }
}
