using System.Text;
using System.Xml.Linq;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Figures;

/// <summary>Empirical distribution functions on a logarithmic axis: the share of values at or below x, a line for each scenario.</summary>
internal static class EcdfFigure
{
    // More steps than the figure has pixels would only make the page larger.
    private const int StepsAtMost = 500;

    /// <param name="title">What is distributed.</param>
    /// <param name="xTitle">The metric and its unit.</param>
    /// <param name="yTitle">What one value is, as in "share of tasks".</param>
    /// <param name="unit">The metric's unit, for the tips.</param>
    /// <param name="samples">Each scenario's name and sample, or null where it has none; it keeps its colour then.</param>
    public static XElement Draw(string title, string xTitle, string yTitle, string unit, IReadOnlyList<(string Name, Sample? Sample)> samples)
    {
        Plot plot = new(title, [.. samples.Select(series => series.Name)], "stroke");
        List<Sample> present = [.. samples.Select(series => series.Sample).OfType<Sample>()];
        Scale x = Scale.Logarithmic(present.Min(sample => sample.Min), present.Max(sample => sample.Max), Plot.Left, Plot.Right);
        Scale y = Scale.FromZero(1, Plot.Bottom, plot.Top);
        plot.AddYAxis(y, yTitle);
        plot.AddXAxis(x, xTitle);
        for (int i = 0; i < samples.Count; i++)
        {
            if (samples[i].Sample is { } sample)
            {
                double median = sample.Quantile(0.5);
                string tip = $"{samples[i].Name}: median {Quantity.Text(median, unit)} {Quantity.SignOf(unit)}";
                plot.Add(
                    Svg.Path(Steps(sample, x, y), $"curve {Plot.StyleOf(i)}"),
                    Svg.Circle(x.At(median), y.At(0.5), 4, $"dot {Plot.StyleOf(i)}", tip));
            }
        }

        return plot.Svg;
    }

    private static string Steps(Sample sample, Scale x, Scale y)
    {
        ReadOnlySpan<double> values = sample.Values;
        int steps = Math.Min(values.Length, StepsAtMost);
        StringBuilder path = new($"M{Svg.Pixel(x.At(values[0]))} {Svg.Pixel(y.At(0))}");
        for (int i = 1; i <= steps; i++)
        {
            // The last value of each step stands for it, so the curve is exact where it is drawn.
            int at = (int)((long)i * values.Length / steps) - 1;
            path.Append($"H{Svg.Pixel(x.At(values[at]))}V{Svg.Pixel(y.At((at + 1.0) / values.Length))}");
        }

        return path.Append($"H{Svg.Pixel(Plot.Right)}").ToString();
    }
}
