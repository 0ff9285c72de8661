using System.Globalization;
using System.Xml.Linq;

namespace NodeBox.Analysis.Figures;

/// <summary>
/// The SVG elements that the figures are made of. Colours come from the page's style sheet by class, so that they follow light and dark.
/// </summary>
internal static class Svg
{
    public static XElement Line(double x1, double y1, double x2, double y2, string style) => new(
        "line",
        new XAttribute("x1", Pixel(x1)),
        new XAttribute("y1", Pixel(y1)),
        new XAttribute("x2", Pixel(x2)),
        new XAttribute("y2", Pixel(y2)),
        new XAttribute("class", style));

    public static XElement Text(double x, double y, string style, string text) => new(
        "text",
        new XAttribute("x", Pixel(x)),
        new XAttribute("y", Pixel(y)),
        new XAttribute("class", style),
        text);

    public static XElement Rectangle(double x, double y, double width, double height, string style, string tip) => new(
        "rect",
        new XAttribute("x", Pixel(x)),
        new XAttribute("y", Pixel(y)),
        new XAttribute("width", Pixel(width)),
        new XAttribute("height", Pixel(height)),
        new XAttribute("class", style),
        new XElement("title", tip));

    public static XElement Circle(double x, double y, double radius, string style, string tip) => new(
        "circle",
        new XAttribute("cx", Pixel(x)),
        new XAttribute("cy", Pixel(y)),
        new XAttribute("r", Pixel(radius)),
        new XAttribute("class", style),
        new XElement("title", tip));

    public static XElement Path(string data, string style) => new("path", new XAttribute("d", data), new XAttribute("class", style));

    public static string Pixel(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
