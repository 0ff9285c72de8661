using System.Globalization;
using System.Text;

namespace NodeBox.Toml.Syntax;

internal sealed partial class Parser
{
    private string BasicString()
    {
        TomlPosition opened = _cursor.Position;
        var value = new StringBuilder();
        _cursor.Take();
        while (!_cursor.TryTake('"'))
        {
            if (_cursor.AtLineEnd)
            {
                throw new SyntaxFault(opened, "The string is not closed on its line: end it with a \".");
            }

            if (_cursor.Current == '\\')
            {
                Escape(value);
            }
            else
            {
                value.Append(_cursor.Take());
            }
        }

        return value.ToString();
    }

    private string LiteralString()
    {
        TomlPosition opened = _cursor.Position;
        _cursor.Take();
        string value = _cursor.TakeWhile(character => character is not ('\'' or '\n' or '\r')).ToString();
        if (!_cursor.TryTake('\''))
        {
            throw new SyntaxFault(opened, "The string is not closed on its line: end it with a '.");
        }

        return value;
    }

    private string MultiLineString(char quote)
    {
        TomlPosition opened = _cursor.Position;
        string close = new string(quote, 3);
        var value = new StringBuilder();
        _cursor.Skip(3);
        _cursor.SkipNewline();
        while (!_cursor.At(close))
        {
            if (_cursor.AtEnd)
            {
                throw new SyntaxFault(opened, $"The multi-line string is never closed: end it with {close}.");
            }

            if (quote == '"' && _cursor.Current == '\\')
            {
                EscapeOrJoinLines(value);
            }
            else
            {
                value.Append(_cursor.Take());
            }
        }

        // One or two quotes may touch the closing three from inside: the last three of up to five close the string.
        for (int inner = 0; inner < 2 && _cursor.Peek(3) == quote; inner++)
        {
            value.Append(_cursor.Take());
        }

        _cursor.Skip(3);
        return value.ToString();
    }

    private void EscapeOrJoinLines(StringBuilder value)
    {
        int distance = 1;
        while (_cursor.Peek(distance) is ' ' or '\t')
        {
            distance++;
        }

        if (_cursor.Peek(distance) is not ('\n' or '\r'))
        {
            Escape(value);
            return;
        }

        _cursor.Skip(distance);
        _cursor.TakeWhile(character => character is ' ' or '\t' or '\n' or '\r');
    }

    private void Escape(StringBuilder value)
    {
        TomlPosition position = _cursor.Position;
        _cursor.Take();
        if (_cursor.AtLineEnd)
        {
            return;
        }

        char code = _cursor.Take();
        switch (code)
        {
            case 'b':
                value.Append('\b');
                break;
            case 't':
                value.Append('\t');
                break;
            case 'n':
                value.Append('\n');
                break;
            case 'f':
                value.Append('\f');
                break;
            case 'r':
                value.Append('\r');
                break;
            case '"' or '\\':
                value.Append(code);
                break;
            case 'u':
                UnicodeEscape(value, position, digits: 4);
                break;
            case 'U':
                UnicodeEscape(value, position, digits: 8);
                break;
            default:
                Report(position, $"\\{code} is not an escape: write \\\\ for a backslash, or put the string in 'single quotes'.");
                break;
        }
    }

    private void UnicodeEscape(StringBuilder value, TomlPosition position, int digits)
    {
        var hex = new StringBuilder(digits);
        while (hex.Length < digits && char.IsAsciiHexDigit(_cursor.Current))
        {
            hex.Append(_cursor.Take());
        }

        if (hex.Length == digits
            && uint.TryParse(hex.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint scalar)
            && Rune.TryCreate(scalar, out Rune rune))
        {
            value.Append(rune.ToString());
            return;
        }

        Report(position, $"\\{(digits == 4 ? 'u' : 'U')} needs {digits} hexadecimal digits that name a Unicode character.");
    }
}
