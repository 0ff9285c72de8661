namespace NodeBox.Analysis.Statistics;

/// <summary>The values of one metric in one scenario, sorted. Never empty: a metric without values has no sample.</summary>
public sealed class Sample
{
    private readonly double[] _sorted;

    /// <exception cref="ArgumentException">There is no value, or one is not finite.</exception>
    public Sample(IEnumerable<double> values)
    {
        _sorted = [.. values];
        if (_sorted.Length == 0 || !_sorted.All(double.IsFinite))
        {
            throw new ArgumentException("a sample needs at least one value, and finite ones only", nameof(values));
        }

        Array.Sort(_sorted);
        Mean = _sorted.Average();
    }

    /// <summary>Ascending.</summary>
    public ReadOnlySpan<double> Values => _sorted;

    public int Count => _sorted.Length;

    public double Mean { get; }

    public double Min => _sorted[0];

    public double Max => _sorted[^1];

    /// <summary>Whether all values are the same, as counts of a fixed workload often are.</summary>
    public bool IsConstant => Min == Max;

    /// <summary>
    /// The quantile at <paramref name="p"/> in [0, 1]: Hyndman and Fan's type 7, linear between the order statistics around (n-1)p,
    /// which is also the default of R and NumPy.
    /// </summary>
    public double Quantile(double p)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(p, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(p, 1);
        double position = (_sorted.Length - 1) * p;
        int below = (int)position;
        int above = Math.Min(below + 1, _sorted.Length - 1);
        return Between(_sorted[below], _sorted[above], position - below);
    }

    internal static double Between(double below, double above, double fraction) => below + (fraction * (above - below));
}
