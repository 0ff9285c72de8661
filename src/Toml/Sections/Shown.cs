using System.Globalization;
using NodeBox.Toml.Syntax;

namespace NodeBox.Toml.Sections;

/// <summary>Values and kinds in the words of an error message.</summary>
internal static class Shown
{
    public static string Text(string text) => Syntax.Text.Quote(text);

    /// <summary>A key as it would be written in the file; <c>name[0]</c> stands as it is.</summary>
    public static string Key(string key)
    {
        bool isBare = key.Length > 0 && key.All(static character => Parser.IsBareKey(character) || character is '[' or ']');
        return isBare ? Syntax.Text.Shorten(key) : Text(key);
    }

    public static string Value(TomlValue value)
    {
        return value switch
        {
            TomlString text => Text(text.Value),
            TomlInteger integer => integer.Value.ToString(CultureInfo.InvariantCulture),
            TomlFloat number => number.Value.ToString(CultureInfo.InvariantCulture),
            TomlBoolean boolean => boolean.Value ? "true" : "false",
            TomlArray => "[…]",
            TomlTable => "{…}",
            _ => "this",
        };
    }

    public static string Kind(TomlKind kind)
    {
        return kind switch
        {
            TomlKind.String => "a string",
            TomlKind.Integer => "a whole number",
            TomlKind.Float => "a number with a fraction",
            TomlKind.Boolean => "a boolean",
            TomlKind.Array => "an array",
            TomlKind.Table => "a table",
            _ => "a date or time",
        };
    }
}
