using System.Xml.Linq;

namespace NodeBox.Analysis.Figures;

/// <summary>The frame of a figure: a legend on top, axes with ticks and titles, and room for marks. Pixels are the SVG's own.</summary>
internal sealed class Plot
{
    public const double Left = 64;
    public const double Right = Width - 16;
    public const double Bottom = Height - 46;

    private const double Width = 620;
    private const double Height = 330;
    private const double LegendRow = 20;
    private const double LetterWidth = 7;
    private const int Styles = 6;

    /// <param name="title">What the figure shows, for those who cannot see it.</param>
    /// <param name="legend">Names in the order of their styles.</param>
    /// <param name="key">How the legend shows a style: <c>stroke</c> for lines, <c>swatch</c> for areas.</param>
    public Plot(string title, IReadOnlyList<string> legend, string key)
    {
        Svg = new XElement(
            "svg",
            new XAttribute("viewBox", $"0 0 {Width} {Height}"),
            new XAttribute("role", "img"),
            new XAttribute("aria-label", title));
        Top = AddLegend(legend, key) + 14;
    }

    /// <summary>Where the highest mark may be.</summary>
    public double Top { get; }

    public XElement Svg { get; }

    /// <summary>The style class of the scenario at <paramref name="index"/>.</summary>
    public static string StyleOf(int index) => $"s{index % Styles}";

    public void Add(params ReadOnlySpan<XElement> marks)
    {
        foreach (XElement mark in marks)
        {
            Svg.Add(mark);
        }
    }

    /// <summary>Ticks and their labels below the marks, and the title with its unit.</summary>
    public void AddXAxis(Scale scale, string title)
    {
        foreach (double tick in scale.Ticks)
        {
            double x = scale.At(tick);
            Add(Figures.Svg.Line(x, Top, x, Bottom, "grid"), Figures.Svg.Text(x, Bottom + 17, "tick middle", Scale.Label(tick)));
        }

        AddXLine();
        Add(Figures.Svg.Text((Left + Right) / 2, Height - 8, "title middle", title));
    }

    public void AddXLine() => Add(Figures.Svg.Line(Left, Bottom, Right, Bottom, "axis"));

    /// <summary>Ticks, their labels left of the marks, and the title upright beside them.</summary>
    public void AddYAxis(Scale scale, string title)
    {
        AddYTicks(scale, scale.Ticks);
        XElement upright = Figures.Svg.Text(0, 0, "title middle", title);
        upright.SetAttributeValue("transform", $"translate(14 {Figures.Svg.Pixel((Top + Bottom) / 2)}) rotate(-90)");
        Add(upright);
    }

    public void AddYTicks(Scale scale, IEnumerable<double> ticks)
    {
        foreach (double tick in ticks)
        {
            double y = scale.At(tick);
            Add(Figures.Svg.Line(Left, y, Right, y, "grid"), Figures.Svg.Text(Left - 7, y + 4, "tick end", Scale.Label(tick)));
        }
    }

    private double AddLegend(IReadOnlyList<string> legend, string key)
    {
        double x = Left;
        double y = 14;
        for (int i = 0; i < legend.Count; i++)
        {
            double width = 34 + (legend[i].Length * LetterWidth);
            if (x > Left && x + width > Right)
            {
                x = Left;
                y += LegendRow;
            }

            Add(Figures.Svg.Line(x, y - 4, x + 22, y - 4, $"{key} {StyleOf(i)}"), Figures.Svg.Text(x + 28, y, "legend", legend[i]));
            x += width + 12;
        }

        return y;
    }
}
