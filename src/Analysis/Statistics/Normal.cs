namespace NodeBox.Analysis.Statistics;

/// <summary>The standard normal distribution, which the base library lacks.</summary>
internal static class Normal
{
    private const double SeriesUpTo = 3;
    private const int Fractions = 120;

    /// <summary>The chance of a value above <paramref name="z"/> ≥ 0, to about 13 digits even far out.</summary>
    public static double UpperTail(double z)
    {
        double density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        return z < SeriesUpTo ? 0.5 - (density * Series(z)) : density / ContinuedFraction(z);
    }

    /// <summary>Abramowitz and Stegun 26.2.11: z + z³/3 + z⁵/(3·5) + …</summary>
    private static double Series(double z)
    {
        double term = z;
        double sum = z;
        for (int k = 3; term > sum * 1e-17; k += 2)
        {
            term *= z * z / k;
            sum += term;
        }

        return sum;
    }

    /// <summary>Abramowitz and Stegun 26.2.14: z + 1/(z + 2/(z + 3/(z + …))).</summary>
    private static double ContinuedFraction(double z)
    {
        double fraction = z;
        for (int k = Fractions; k >= 1; k--)
        {
            fraction = z + (k / fraction);
        }

        return fraction;
    }
}
