using NodeBox.Telemetry;

namespace NodeBox.Analysis.Statistics;

/// <summary>One draw with replacement, kept as how often each value was drawn: order statistics then need a walk and no sort.</summary>
internal sealed class Resample(Sample sample)
{
    private readonly int[] _counts = new int[sample.Count];

    public double Mean { get; private set; }

    public void Draw(ref SplitMix64 random)
    {
        ReadOnlySpan<double> values = sample.Values;
        Array.Clear(_counts);
        double sum = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            int at = random.NextInt(_counts.Length);
            _counts[at]++;
            sum += values[at];
        }

        Mean = sum / _counts.Length;
    }

    /// <summary>As <see cref="Sample.Quantile"/>.</summary>
    public double Quantile(double p)
    {
        ReadOnlySpan<double> values = sample.Values;
        double position = (_counts.Length - 1) * p;
        int wanted = (int)position;
        int at = 0;
        int passed = _counts[0];
        while (passed <= wanted)
        {
            at++;
            passed += _counts[at];
        }

        double below = values[at];
        if (passed > wanted + 1 || wanted == _counts.Length - 1)
        {
            return below;
        }

        do
        {
            at++;
        }
        while (_counts[at] == 0);
        return Sample.Between(below, values[at], position - wanted);
    }
}
