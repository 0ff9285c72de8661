using System.Text;
using System.Xml.Linq;

namespace NodeBox.Analysis.Figures;

/// <summary>
/// Empirical distribution functions on a logarithmic axis: the share of values at or below x, a line for each scenario. What is 0 has no
/// place on such an axis and stands at its left end.
/// </summary>
internal static class EcdfFigure
{
    /// <param name="title">What is distributed.</param>
    /// <param name="xTitle">The metric and its unit.</param>
    /// <param name="yTitle">What one value is, as in "share of tasks".</param>
    /// <param name="unit">The metric's unit, for the tips.</param>
    /// <param name="curves">Each scenario's name and curve, or null where it has none; it keeps its colour then.</param>
    public static XElement Draw(
        string title, string xTitle, string yTitle, string unit, IReadOnlyList<(string Name, EcdfCurve? Curve)> curves)
    {
        Plot plot = new(title, [.. curves.Select(series => series.Name)], "stroke");
        IEnumerable<double> values = curves.SelectMany(series => series.Curve?.Points ?? []).Select(point => point.X);
        List<double> positive = [.. values.Where(value => value > 0)];
        Scale x = positive.Count > 0
            ? Scale.Logarithmic(positive.Min(), positive.Max(), Plot.Left, Plot.Right)
            : Scale.FromZero(0, Plot.Left, Plot.Right);
        Scale y = Scale.FromZero(1, Plot.Bottom, plot.Top);
        plot.AddYAxis(y, yTitle);
        plot.AddXAxis(x, xTitle);
        for (int i = 0; i < curves.Count; i++)
        {
            if (curves[i].Curve is { } curve)
            {
                string tip = $"{curves[i].Name}: median {Quantity.Text(curve.Median, unit)} {Quantity.SignOf(unit)}";
                plot.Add(
                    Svg.Path(Line(curve, x, y), $"curve {Plot.StyleOf(i)}"),
                    Svg.Circle(At(x, Math.Max(curve.Median, curve.Points[0].X)), y.At(0.5), 4, $"dot {Plot.StyleOf(i)}", tip));
            }
        }

        return plot.Svg;
    }

    private static double At(Scale x, double value) => value > 0 ? x.At(value) : Plot.Left;

    private static string Line(EcdfCurve curve, Scale x, Scale y)
    {
        StringBuilder path = new();
        foreach ((double value, double share) in curve.Points)
        {
            path.Append($"{(path.Length == 0 ? 'M' : 'L')}{Svg.Pixel(At(x, value))} {Svg.Pixel(y.At(share))}");
        }

        return path.Append($"H{Svg.Pixel(Plot.Right)}").ToString();
    }
}
