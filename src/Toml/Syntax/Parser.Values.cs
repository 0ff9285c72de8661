namespace NodeBox.Toml.Syntax;

internal sealed partial class Parser
{
    private TomlValue Value(int depth)
    {
        if (depth > TomlDocument.MaxDepth)
        {
            throw Fault($"The value is nested deeper than {TomlDocument.MaxDepth} levels.");
        }

        TomlPosition position = _cursor.Position;
        return _cursor.Current switch
        {
            '"' => new TomlString(_cursor.At("\"\"\"") ? MultiLineString('"') : BasicString(), position),
            '\'' => new TomlString(_cursor.At("'''") ? MultiLineString('\'') : LiteralString(), position),
            '[' => Array(depth),
            '{' => InlineTable(depth),
            _ => Scalar(position),
        };
    }

    private TomlArray Array(int depth)
    {
        var array = new TomlArray(_cursor.Position);
        _cursor.Take();
        _openArrays++;
        SkipToItem();
        while (!_cursor.TryTake(']'))
        {
            array.Add(Value(depth + 1));
            SkipToItem();
            if (_cursor.TryTake(','))
            {
                SkipToItem();
            }
            else if (_cursor.Current != ']')
            {
                throw Unclosed("array", ']', array.Position);
            }
        }

        _openArrays--;
        return array;
    }

    private TomlTable InlineTable(int depth)
    {
        // While it is read it takes keys as a table under a header does; when it is whole nothing may add to it.
        var table = new TomlTable(_cursor.Position, TableOrigin.Header);
        _cursor.Take();
        _cursor.SkipBlanks();
        if (!_cursor.TryTake('}'))
        {
            do
            {
                _cursor.SkipBlanks();
                if (_cursor.AtLineEnd)
                {
                    throw Unclosed("inline table", '}', table.Position);
                }

                KeyValue(table, depth + 1);
                _cursor.SkipBlanks();
            }
            while (_cursor.TryTake(','));

            if (!_cursor.TryTake('}'))
            {
                throw Unclosed("inline table", '}', table.Position);
            }
        }

        table.Origin = TableOrigin.Inline;
        return table;
    }

    /// <summary>Blanks, comments and line ends, which may stand anywhere in an array.</summary>
    private void SkipToItem()
    {
        while (true)
        {
            _cursor.SkipBlanks();
            if (_cursor.AtEnd || (_cursor.Current != '#' && !_cursor.AtLineEnd))
            {
                return;
            }

            _cursor.SkipLine();
        }
    }

    private SyntaxFault Unclosed(string what, char close, TomlPosition opened)
    {
        string hint = what == "inline table" && _cursor.AtLineEnd ? ": it must stay on one line" : "";
        return Fault($"The {what} that begins on line {opened.Line} needs a , or a {close} here, not {Found()}{hint}.");
    }

    private TomlValue Scalar(TomlPosition position)
    {
        string token = _cursor.TakeWhile(IsScalar).ToString();
        if (token.Length == 0)
        {
            throw Fault($"A value belongs here, not {Found()}.");
        }

        if (DateTimeSyntax.IsDate(token) && _cursor.Current == ' ' && char.IsAsciiDigit(_cursor.Peek(1)))
        {
            token += _cursor.Take();
            token += _cursor.TakeWhile(IsScalar).ToString();
        }

        TomlValue? value = ScalarSyntax.Read(token, position, out string? problem);
        if (value is not null)
        {
            return value;
        }

        Report(position, problem);
        return new TomlString(token, position);
    }

    private static bool IsScalar(char character) =>
        character is not (' ' or '\t' or '\n' or '\r' or ',' or '[' or ']' or '{' or '}' or '#' or '=' or '"' or '\'');
}
