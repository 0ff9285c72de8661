namespace NodeBox.Toml.Syntax;

/// <summary>Foreign text inside messages: short, quoted, on one line.</summary>
internal static class Text
{
    private const int Longest = 60;

    public static string Quote(string text) => $"\"{Shorten(text)}\"";

    public static string Shorten(string text)
    {
        string shown = text.Length > Longest ? text[..Longest] + "…" : text;
        return string.Concat(shown.Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character));
    }
}
