using NodeBox.Analysis.Statistics;

namespace NodeBox.Benchmarks.Probes;

/// <summary>One figure: what the rounds measured, in each round one value a watch.</summary>
internal sealed class Measurements
{
    private readonly Dictionary<Watch, List<double>> _rounds = Enum.GetValues<Watch>().ToDictionary(watch => watch, _ => new List<double>());

    public void Add(Watch watch, double value) => _rounds[watch].Add(value);

    /// <summary>The median over the rounds.</summary>
    public double Median(Watch watch) => new Sample(_rounds[watch]).Quantile(0.5);

    /// <summary>The median over the rounds of how much the value is above the same round's with nobody watching.</summary>
    public Ratio Above(Watch watch) => RatioTo(this, watch, value => value - 1);

    /// <summary>The median over the rounds of the value as a share of another figure in the same round with nobody watching.</summary>
    public Ratio ShareOf(Measurements whole, Watch watch) => RatioTo(whole, watch, value => value);

    private Ratio RatioTo(Measurements other, Watch watch, Func<double, double> shape) =>
        Ratio.Of(_rounds[watch].Zip(other._rounds[Watch.Off], (value, off) => shape(value / off)));
}
