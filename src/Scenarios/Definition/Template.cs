using System.Globalization;
using System.Text;

namespace NodeBox.Scenarios.Definition;

/// <summary>A text with placeholders in braces: <c>Order {order} of {customer}</c>. A brace itself is written twice.</summary>
public sealed class Template
{
    private readonly IReadOnlyList<Part> _parts;

    private Template(IReadOnlyList<Part> parts)
    {
        _parts = parts;
    }

    /// <summary>The placeholder, if it is all that the text is; its value can then stand as a number.</summary>
    public string? OnlyPlaceholder => _parts is [{ Placeholder: { } name }] ? name : null;

    /// <summary>Null with a sentence about what is wrong, if the braces do not match or name no placeholder.</summary>
    public static Template? Parse(string text, out string problem)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        problem = "";
        for (int i = 0; i < text.Length; i++)
        {
            bool isDoubled = i + 1 < text.Length && text[i + 1] == text[i];
            if (text[i] is not ('{' or '}'))
            {
                literal.Append(text[i]);
            }
            else if (isDoubled)
            {
                literal.Append(text[i++]);
            }
            else if (ReadName(text, i, out problem) is { } name)
            {
                parts.Add(new Part(literal.ToString(), null));
                parts.Add(new Part("", name));
                literal.Clear();
                i += name.Length + 1;
            }
            else
            {
                return null;
            }
        }

        parts.Add(new Part(literal.ToString(), null));
        return new Template([.. parts.Where(static part => part.Placeholder is not null || part.Literal.Length > 0)]);
    }

    /// <summary>The text with a value in place of each placeholder.</summary>
    public string Fill(IReadOnlyDictionary<string, long> values)
    {
        return string.Concat(_parts.Select(part => part.Placeholder is null
            ? part.Literal
            : values[part.Placeholder].ToString(CultureInfo.InvariantCulture)));
    }

    private static string? ReadName(string text, int open, out string problem)
    {
        int close = text.IndexOf('}', open + 1);
        if (text[open] == '}' || close < 0)
        {
            problem = "has a brace without its other half: write {{ or }} for a brace in the text";
            return null;
        }

        string name = text[(open + 1)..close];
        string known = string.Join(", ", Placeholders.Names.Select(static placeholder => $"{{{placeholder}}}"));
        problem = $"names no placeholder with {{{name}}}: the placeholders are {known}";
        return Placeholders.Names.Contains(name) ? name : null;
    }

    private readonly record struct Part(string Literal, string? Placeholder);
}
