using System.Globalization;
using System.Text;

namespace NodeBox.Llama.Grammars;

/// <summary>Text that stands in llama.cpp's grammar notation.</summary>
internal static class Gbnf
{
    /// <summary>A grammar literal of <paramref name="text"/>, which must be ASCII.</summary>
    public static string Literal(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"";

    /// <summary>An ASCII character as it stands between the brackets of a character class.</summary>
    public static string ClassMember(char character) => character is '[' or ']' or '\\' ? $"\\{character}" : character.ToString();

    /// <summary>
    /// A JSON string as ASCII. llama.cpp's grammars match code points without checking continuation bytes, so a model could spell "é" as
    /// an invalid byte sequence of the same value; an escape cannot be misspelt.
    /// </summary>
    public static string JsonString(string value)
    {
        var json = new StringBuilder("\"");
        foreach (char character in value)
        {
            if (character is '"' or '\\')
            {
                json.Append('\\').Append(character);
            }
            else if (character is >= ' ' and <= '~')
            {
                json.Append(character);
            }
            else
            {
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
        }

        return json.Append('"').ToString();
    }
}
