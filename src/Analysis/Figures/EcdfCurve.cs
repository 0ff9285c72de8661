using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Figures;

/// <summary>The share of values at or below x, as a line through points that rise from share 0 to 1.</summary>
/// <param name="Points">Ascending in both.</param>
/// <param name="Median">Where the share is one half.</param>
internal sealed record EcdfCurve(IReadOnlyList<(double X, double Share)> Points, double Median)
{
    // More steps than the figure has pixels would only make the page larger.
    private const int StepsAtMost = 500;

    /// <summary>Steps at the values.</summary>
    public static EcdfCurve Of(Sample sample)
    {
        ReadOnlySpan<double> values = sample.Values;
        int steps = Math.Min(values.Length, StepsAtMost);
        List<(double, double)> points = [];
        double share = 0;
        for (int i = 1; i <= steps; i++)
        {
            // The last value of each step stands for it, so the curve is exact where it is drawn.
            int at = (int)((long)i * values.Length / steps) - 1;
            points.Add((values[at], share));
            share = (at + 1.0) / values.Length;
            points.Add((values[at], share));
        }

        return new EcdfCurve(points, sample.Quantile(0.5));
    }

    /// <summary>Even slopes within buckets.</summary>
    public static EcdfCurve Of(Histogram histogram)
    {
        BucketBounds bounds = histogram.Bounds;
        List<(double, double)> points = [];
        double below = 0;
        for (int i = 0; i < bounds.Count; i++)
        {
            double count = histogram.Counts[i];
            if (count == 0)
            {
                continue;
            }

            if (bounds.Low(i) > 0)
            {
                points.Add((bounds.Low(i), below / histogram.Total));
            }
            else
            {
                // A logarithmic axis has no zero: the curve enters such a bucket in its middle, at the share that it has there.
                points.Add((bounds.High(i) / 2, below / histogram.Total));
                points.Add((bounds.High(i) / 2, (below + (count / 2)) / histogram.Total));
            }

            below += count;
            points.Add((bounds.High(i), below / histogram.Total));
        }

        return new EcdfCurve(points, histogram.Quantile(0.5));
    }
}
