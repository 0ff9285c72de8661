namespace NodeBox.Analysis.Statistics;

/// <summary>
/// The effect size of a comparison (Cliff 1993): the chance that a value of b is above one of a, minus the chance that it is below.
/// 0: neither tends to be larger; 1 or −1: the samples do not overlap. It has no unit and needs no shape of the distributions.
/// </summary>
public static class CliffsDelta
{
    public static double Of(Sample a, Sample b)
    {
        PooledRanks ranks = new(a, b);
        return PooledRanks.CliffsDelta(ranks.Count(ranks.OfA), ranks.Count(ranks.OfB));
    }
}
