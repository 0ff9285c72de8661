using System.Xml.Linq;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Figures;

/// <summary>A mean and its interval; null where a scenario has none.</summary>
internal sealed record Bar(double Mean, Interval Ci95);

/// <summary>Means as bars with whiskers over their 95 % intervals, grouped by metric, a bar for each scenario.</summary>
internal static class BarFigure
{
    private const double GroupGap = 0.3;
    private const double RoomForValues = 1.08;
    private const double BarWidthAtMost = 56;
    private const double NarrowestLabelled = 26;

    /// <param name="title">What the figure shows.</param>
    /// <param name="yTitle">What is measured and its unit.</param>
    /// <param name="scenarios">The legend.</param>
    /// <param name="groups">Each group's name and one bar a scenario, in the legend's order.</param>
    public static XElement Draw(
        string title, string yTitle, IReadOnlyList<string> scenarios, IReadOnlyList<(string Name, IReadOnlyList<Bar?> Bars)> groups)
    {
        Plot plot = new(title, scenarios, "swatch");
        double highest = groups.SelectMany(group => group.Bars).Max(bar => bar is null ? 0 : Math.Max(bar.Mean, bar.Ci95.High));
        Scale y = Scale.FromZero(highest * RoomForValues, Plot.Bottom, plot.Top);
        plot.AddYAxis(y, yTitle);
        double groupWidth = (Plot.Right - Plot.Left) / groups.Count;
        double width = Math.Min(groupWidth * (1 - GroupGap) / scenarios.Count, BarWidthAtMost);
        for (int g = 0; g < groups.Count; g++)
        {
            double middle = Plot.Left + ((g + 0.5) * groupWidth);
            plot.Add(Svg.Text(middle, Plot.Bottom + 17, "tick middle", groups[g].Name));
            for (int i = 0; i < scenarios.Count; i++)
            {
                if (groups[g].Bars[i] is { } bar)
                {
                    double left = middle + ((i - (scenarios.Count / 2.0)) * width);
                    AddBar(plot, y, bar, left, width, Plot.StyleOf(i), $"{scenarios[i]}, {groups[g].Name}");
                }
            }
        }

        plot.AddXLine();
        return plot.Svg;
    }

    private static void AddBar(Plot plot, Scale y, Bar bar, double left, double width, string style, string name)
    {
        double top = y.At(bar.Mean);
        double middle = left + (width / 2);
        double high = y.At(bar.Ci95.High);
        double low = y.At(bar.Ci95.Low);
        string tip = $"{name}: {Quantity.Number(bar.Mean)} [{Quantity.Number(bar.Ci95.Low)}, {Quantity.Number(bar.Ci95.High)}]";
        plot.Add(Svg.Rectangle(left + 1, top, width - 2, Plot.Bottom - top, $"bar {style}", tip));
        if (bar.Ci95.High > bar.Ci95.Low)
        {
            plot.Add(
                Svg.Line(middle, high, middle, low, "whisker"),
                Svg.Line(middle - 4, high, middle + 4, high, "whisker"),
                Svg.Line(middle - 4, low, middle + 4, low, "whisker"));
        }

        if (width >= NarrowestLabelled)
        {
            plot.Add(Svg.Text(middle, Math.Min(high, top) - 5, "value middle", Quantity.Number(bar.Mean)));
        }
    }
}
