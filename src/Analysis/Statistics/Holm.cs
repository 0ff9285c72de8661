namespace NodeBox.Analysis.Statistics;

/// <summary>Holm's step-down adjustment (1979): holds the chance of any false finding among all tests, whatever their dependence.</summary>
public static class Holm
{
    /// <summary>The adjusted p-values, in the order given.</summary>
    public static double[] Adjust(IReadOnlyList<double> p)
    {
        double[] adjusted = new double[p.Count];
        double largest = 0;
        int left = p.Count;
        foreach (int at in Enumerable.Range(0, p.Count).OrderBy(i => p[i]))
        {
            largest = Math.Max(largest, Math.Min(1, p[at] * left));
            adjusted[at] = largest;
            left--;
        }

        return adjusted;
    }
}
