namespace NodeBox.Analysis.Statistics;

/// <summary>Two samples as positions among the distinct values of both, which is all that rank statistics need to know.</summary>
internal sealed class PooledRanks
{
    private readonly int[] _a;
    private readonly int[] _b;

    public PooledRanks(Sample a, Sample b)
    {
        double[] distinct = [.. a.Values, .. b.Values];
        Array.Sort(distinct);
        int count = 0;
        foreach (double value in distinct)
        {
            if (count == 0 || value != distinct[count - 1])
            {
                distinct[count++] = value;
            }
        }

        Distinct = count;
        _a = Positions(a.Values, distinct.AsSpan(0, count));
        _b = Positions(b.Values, distinct.AsSpan(0, count));
    }

    /// <summary>How many distinct values there are.</summary>
    public int Distinct { get; }

    public ReadOnlySpan<int> OfA => _a;

    public ReadOnlySpan<int> OfB => _b;

    /// <summary>How many values stand at each position.</summary>
    public int[] Count(ReadOnlySpan<int> positions)
    {
        int[] counts = new int[Distinct];
        foreach (int position in positions)
        {
            counts[position]++;
        }

        return counts;
    }

    /// <summary>P(b &gt; a) − P(b &lt; a), in [−1, 1], from how many values of each sample stand at each position.</summary>
    public static double CliffsDelta(int[] countsA, int[] countsB)
    {
        long totalA = 0;
        long totalB = 0;
        foreach (int count in countsA)
        {
            totalA += count;
        }

        long balance = 0;
        long below = 0;
        for (int i = 0; i < countsA.Length; i++)
        {
            long above = totalA - below - countsA[i];
            balance += countsB[i] * (below - above);
            below += countsA[i];
            totalB += countsB[i];
        }

        return balance / ((double)totalA * totalB);
    }

    private static int[] Positions(ReadOnlySpan<double> sorted, ReadOnlySpan<double> distinct)
    {
        int[] positions = new int[sorted.Length];
        int at = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            while (distinct[at] < sorted[i])
            {
                at++;
            }

            positions[i] = at;
        }

        return positions;
    }
}
