using System.Text;
using System.Xml.Linq;

namespace NodeBox.Analysis.Html;

/// <summary>The few HTML shapes that the report is made of. XML's own escaping keeps foreign text from becoming markup.</summary>
internal static class Markup
{
    public static XElement Paragraph(string text) => new("p", text);

    /// <summary>Where a page is narrow, a cell breaks between a value and its interval, not within the interval.</summary>
    public static XElement Table(TextTable table) => Table(
        table.Caption,
        table.Columns,
        table.Rows.Select(row => row.Select((cell, at) => at == 0 ? cell : cell.Replace(", ", ",\u00a0", StringComparison.Ordinal))));

    /// <param name="caption">What the cells hold, or null.</param>
    /// <param name="columns">Headings.</param>
    /// <param name="rows">Cells: text or elements.</param>
    /// <param name="words">Whether cells are words, set flush left, rather than numbers.</param>
    public static XElement Table(
        string? caption, IEnumerable<string> columns, IEnumerable<IEnumerable<object>> rows, bool words = false) => new(
        "div",
        new XAttribute("class", "scroll"),
        new XElement(
            "table",
            words ? new XAttribute("class", "words") : null,
            caption is null ? null : new XElement("caption", caption),
            new XElement("thead", new XElement("tr", columns.Select(column => new XElement("th", new XAttribute("scope", "col"), column)))),
            new XElement("tbody", rows.Select(row => new XElement("tr", row.Select(cell => new XElement("td", cell)))))));

    /// <summary>Terms and their texts; those without a text are left out.</summary>
    public static XElement Facts(params ReadOnlySpan<(string Term, string? Text)> facts)
    {
        XElement list = new("dl");
        foreach ((string term, string? text) in facts)
        {
            if (!string.IsNullOrEmpty(text))
            {
                list.Add(new XElement("dt", term), new XElement("dd", text));
            }
        }

        return list;
    }

    /// <summary>
    /// Makes the tree good as XML and as HTML: characters that XML cannot hold are replaced, wherever foreign text brought them, and empty
    /// elements get an end tag, without which HTML takes most of them as open.
    /// </summary>
    public static void Clean(XElement root)
    {
        foreach (XElement empty in root.Descendants().Where(element => element.IsEmpty && element.Name != "meta"))
        {
            empty.Value = "";
        }

        foreach (XText text in root.DescendantNodes().OfType<XText>())
        {
            text.Value = Clean(text.Value);
        }

        foreach (XAttribute attribute in root.DescendantsAndSelf().Attributes())
        {
            attribute.Value = Clean(attribute.Value);
        }
    }

    private static string Clean(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool allowed = rune.Value is '\t' or '\n' or '\r' || (rune.Value >= ' ' && rune.Value is not (0xFFFE or 0xFFFF));
            clean.Append(allowed ? rune : Rune.ReplacementChar);
        }

        return clean.ToString();
    }
}
