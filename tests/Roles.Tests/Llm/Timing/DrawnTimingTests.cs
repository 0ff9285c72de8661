using NodeBox.Roles.Llm;
using NodeBox.Roles.Llm.Timing;

namespace NodeBox.Roles.Tests.Llm.Timing;

public sealed class DrawnTimingTests
{
    private const int Draws = 20_000;

    [Theory]
    [InlineData(TimingDistribution.Fixed, 0)]
    [InlineData(TimingDistribution.Normal, 0.25)]
    [InlineData(TimingDistribution.LogNormal, 0.25)]
    [InlineData(TimingDistribution.Exponential, 1)]
    public void Draws_have_the_mean_and_the_spread(TimingDistribution distribution, double spread)
    {
        var settings = new TimingSettings { Distribution = distribution, Spread = 0.25, TokenGap = TimeSpan.FromMilliseconds(10) };
        IEnumerator<TimeSpan> times = new DrawnTiming(settings).Next(isConstrained: false).Times;
        times.MoveNext();

        double[] gaps = [.. Take(times, Draws)];

        double mean = gaps.Average();
        double deviation = Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean)));
        Assert.InRange(mean, 9.7, 10.3);
        Assert.InRange(deviation / mean, spread * 0.95, spread * 1.05);
    }

    [Fact]
    public void The_first_time_is_that_of_the_first_token()
    {
        var settings = new TimingSettings { FirstToken = TimeSpan.FromMilliseconds(70), TokenGap = TimeSpan.FromMilliseconds(3) };

        Assert.Equal([70, 3, 3], Take(new DrawnTiming(settings).Next(isConstrained: false).Times, 3));
    }

    [Fact]
    public void A_seed_gives_the_nth_reply_the_same_times_whatever_the_others_draw()
    {
        var settings = new TimingSettings { Distribution = TimingDistribution.LogNormal, Seed = 7 };
        var one = new DrawnTiming(settings);
        var other = new DrawnTiming(settings);
        double[] first = [.. Take(one.Next(isConstrained: false).Times, 50)];
        other.Next(isConstrained: true);

        double[] second = [.. Take(one.Next(isConstrained: false).Times, 5)];

        Assert.Equal(second, Take(other.Next(isConstrained: false).Times, 5));
        Assert.NotEqual(first[..5], second);
        Assert.NotEqual(second, Take(new DrawnTiming(settings with { Seed = 8 }).Next(isConstrained: false).Times, 5));
    }

    private static IEnumerable<double> Take(IEnumerator<TimeSpan> times, int count)
    {
        for (int i = 0; i < count; i++)
        {
            times.MoveNext();
            yield return times.Current.TotalMilliseconds;
        }
    }
}
