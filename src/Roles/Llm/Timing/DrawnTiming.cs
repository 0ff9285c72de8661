using NodeBox.Telemetry;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>Times drawn from a distribution.</summary>
internal sealed class DrawnTiming(TimingSettings settings)
{
    private SplitMix64 _seeds = new(settings.Seed);

    /// <summary>A <see cref="NextTiming"/>: each reply has a sequence of its own, so that what else runs does not change it.</summary>
    public ReplyTiming Next(bool isConstrained) => new(isConstrained ? null : settings.ReplyTokens, Times(_seeds.Next()));

    private IEnumerator<TimeSpan> Times(ulong seed)
    {
        var random = new SplitMix64(seed);
        TimeSpan mean = settings.FirstToken;
        while (true)
        {
            yield return mean * Factor(ref random);
            mean = settings.TokenGap;
        }
    }

    /// <summary>A draw of mean 1. That of the normal distribution has a slightly higher one, because negative draws become 0.</summary>
    private double Factor(ref SplitMix64 random)
    {
        switch (settings.Distribution)
        {
            case TimingDistribution.Normal:
                return Math.Max(0, 1 + (settings.Spread * Normal(ref random)));
            case TimingDistribution.LogNormal:
                double variance = Math.Log(1 + (settings.Spread * settings.Spread));
                return Math.Exp((Math.Sqrt(variance) * Normal(ref random)) - (variance / 2));
            case TimingDistribution.Exponential:
                return -Math.Log(1 - random.NextDouble());
            default:
                return 1;
        }
    }

    /// <summary>Box and Muller's transform (Annals of Mathematical Statistics, 1958).</summary>
    private static double Normal(ref SplitMix64 random)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
