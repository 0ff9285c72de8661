using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Tests.Statistics;

/// <summary>Mann-Whitney, Cliff's delta and Hodges-Lehmann against SciPy 1.10.1 and NumPy 1.24.2.</summary>
public sealed class RankStatisticsTests
{
    private static readonly double[] s_five = [1.1, 2.3, 2.9, 4.8, 5.2];
    private static readonly double[] s_six = [3.3, 4.1, 6.0, 7.7, 8.4, 9.9];
    private static readonly double[] s_tiedTen = [1, 2, 2, 3, 3, 3, 4, 5, 5, 6];
    private static readonly double[] s_tiedTwelve = [2, 3, 3, 4, 4, 5, 5, 5, 6, 7, 7, 8];

    // a, b, then statistic and pvalue of scipy.stats.mannwhitneyu(b, a): method exact, asymptotic with ties, success counts, exact,
    // asymptotic without ties.
    public static TheoryData<double[], double[], double, double> Reference => new()
    {
        { s_five, s_six, 26, 0.05194805194805195 },
        { s_tiedTen, s_tiedTwelve, 87.5, 0.07091772534362911 },
        { Outcomes(3, 17), Outcomes(9, 11), 140, 0.042650059873259046 },
        { Range(1, 20, 0), Range(8, 20, 0.5), 322, 0.0006675619675571311 },
        { Range(1, 30, 0), Range(1, 30, 10.5), 710, 0.00012477053789099933 },
    };

    [Theory]
    [MemberData(nameof(Reference))]
    public void Mann_Whitney_is_that_of_scipy(double[] a, double[] b, double u, double p)
    {
        MannWhitney test = MannWhitney.Of(new Sample(a), new Sample(b));

        Assert.Equal(u, test.U, 9);
        Assert.Equal(p, test.P, 12);
    }

    [Fact]
    public void Exact_p_is_the_share_of_arrangements_at_least_as_extreme()
    {
        // {1, 2} below {3, 4, 5}: one of the ten ways to choose two of five, and its mirror image.
        Assert.Equal(0.2, MannWhitney.Of(new Sample([1, 2]), new Sample([3, 4, 5])).P, 12);
        Assert.Equal(1, MannWhitney.Of(new Sample([1]), new Sample([2])).P, 12);
    }

    [Fact]
    public void Equal_constants_do_not_differ()
    {
        Assert.Equal(1, MannWhitney.Of(new Sample([4, 4, 4]), new Sample([4, 4])).P);
    }

    // numpy.sign(numpy.subtract.outer(b, a)).mean()
    [Fact]
    public void Cliffs_delta_is_that_of_all_pairs()
    {
        Assert.Equal(0.7333333333333333, CliffsDelta.Of(new Sample(s_five), new Sample(s_six)), 12);
        Assert.Equal(0.4583333333333333, CliffsDelta.Of(new Sample(s_tiedTen), new Sample(s_tiedTwelve)), 12);
        Assert.Equal(-0.3, CliffsDelta.Of(new Sample(Outcomes(3, 17)), new Sample(Outcomes(9, 11))), 12);
        Assert.Equal(-1, CliffsDelta.Of(new Sample([5, 6]), new Sample([1])));
    }

    // numpy.median(numpy.subtract.outer(b, a)), and its sorted values 30 and 91 of 120.
    [Fact]
    public void Hodges_Lehmann_is_the_median_of_all_differences()
    {
        Assert.Equal(3.15, HodgesLehmann.Of(new Sample(s_five), new Sample(s_six)).Value, 12);

        HodgesLehmann tied = HodgesLehmann.Of(new Sample(s_tiedTen), new Sample(s_tiedTwelve));
        Assert.Equal(2, tied.Value);
        Assert.Equal(new Interval(0, 3), tied.Ci95);
    }

    [Fact]
    public void Hodges_Lehmann_agrees_with_sorting_all_differences()
    {
        Random random = new(11);
        for (int round = 0; round < 200; round++)
        {
            double[] a = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(-5, 5) / 4.0)];
            double[] b = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.NextDouble() * random.Next(-3, 3))];
            double[] differences = [.. b.SelectMany(to => a.Select(from => to - from)).Order()];

            HodgesLehmann shift = HodgesLehmann.Of(new Sample(a), new Sample(b));

            Assert.Equal((differences[(differences.Length - 1) / 2] + differences[differences.Length / 2]) / 2, shift.Value, 15);
            Assert.True(shift.Ci95.Contains(shift.Value));
        }
    }

    [Fact]
    public void A_shift_of_all_values_is_found()
    {
        HodgesLehmann shift = HodgesLehmann.Of(new Sample(Range(1, 50, 0)), new Sample(Range(1, 50, 12.5)));

        Assert.Equal(12.5, shift.Value);
    }

    private static double[] Range(int from, int count, double plus) => [.. Enumerable.Range(from, count).Select(i => i + plus)];

    private static double[] Outcomes(int failed, int succeeded) =>
        [.. Enumerable.Repeat(0.0, failed), .. Enumerable.Repeat(1.0, succeeded)];
}
