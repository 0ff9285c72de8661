using System.Buffers;
using System.Text;

namespace NodeBox.Toml.Syntax;

/// <summary>What must hold of the characters before there is any grammar, so that the parser need not think of them.</summary>
internal static class SourceText
{
    private const string ByteOrderMark = "\uFEFF";

    public static TomlPosition? FindInvalidUtf8(ReadOnlySpan<byte> utf8)
    {
        int line = 1;
        int column = 1;
        while (!utf8.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(utf8, out Rune rune, out int length) != OperationStatus.Done)
            {
                return new TomlPosition(line, column);
            }

            utf8 = utf8[length..];
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return null;
    }

    /// <summary>Valid UTF-8 as text, without the byte order mark that some editors put first.</summary>
    public static string Decode(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        return text.StartsWith(ByteOrderMark, StringComparison.Ordinal) ? text[1..] : text;
    }

    /// <summary>
    /// Reports the characters that no part of a TOML file may hold: control characters other than tab and line ends, a
    /// carriage return without its line feed, and halves of surrogate pairs.
    /// </summary>
    public static void CheckCharacters(string text, string file, TomlErrors errors)
    {
        int line = 1;
        int column = 1;
        for (int i = 0; i < text.Length && !errors.Full; i++)
        {
            char next = i + 1 < text.Length ? text[i + 1] : '\0';
            if (Problem(text[i], next) is { } problem)
            {
                errors.Add(file, new TomlPosition(line, column), problem);
            }

            (line, column) = text[i] == '\n' ? (line + 1, 1) : (line, column + 1);
            if (char.IsSurrogatePair(text[i], next))
            {
                i++;
            }
        }
    }

    private static string? Problem(char character, char next)
    {
        return character switch
        {
            '\r' when next != '\n' => "A carriage return stands alone: end lines with LF or CRLF.",
            '\t' or '\n' or '\r' => null,
            < ' ' or '\x7F' =>
                $"The control character U+{(int)character:X4} may not stand in the file: write \\u{(int)character:X4} in a \"string\".",
            _ when char.IsHighSurrogate(character) && !char.IsLowSurrogate(next) => "Half of a surrogate pair is not a character.",
            _ when char.IsLowSurrogate(character) => "Half of a surrogate pair is not a character.",
            _ => null,
        };
    }
}
