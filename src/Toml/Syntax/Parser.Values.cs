namespace NodeBox.Toml.Syntax;

internal sealed partial class Parser
{
    private TomlValue Value(int depth)
    {
        if (depth > TomlDocument.MaxDepth)
        {
            throw Fault($"The value is nested deeper than {TomlDocument.MaxDepth} levels.");
        }

        var position = cursor.Position;
        return cursor.Current switch
        {
            '"' => new TomlString(cursor.At("\"\"\"") ? MultiLineString('"') : BasicString(), position),
            '\'' => new TomlString(cursor.At("'''") ? MultiLineString('\'') : LiteralString(), position),
            '[' => Array(depth),
            '{' => InlineTable(depth),
            _ => Scalar(position),
        };
    }

    private TomlArray Array(int depth)
    {
        var array = new TomlArray(cursor.Position);
        cursor.Take();
        openArrays++;
        SkipToItem();
        while (!cursor.TryTake(']'))
        {
            array.Add(Value(depth + 1));
            SkipToItem();
            if (cursor.TryTake(','))
            {
                SkipToItem();
            }
            else if (cursor.Current != ']')
            {
                throw Unclosed("array", ']', array.Position);
            }
        }

        openArrays--;
        return array;
    }

    private TomlTable InlineTable(int depth)
    {
        // While it is read it takes keys as a table under a header does; when it is whole nothing may add to it.
        var table = new TomlTable(cursor.Position, TableOrigin.Header);
        cursor.Take();
        cursor.SkipBlanks();
        if (!cursor.TryTake('}'))
        {
            do
            {
                cursor.SkipBlanks();
                if (cursor.AtLineEnd)
                {
                    throw Unclosed("inline table", '}', table.Position);
                }

                KeyValue(table, depth + 1);
                cursor.SkipBlanks();
            }
            while (cursor.TryTake(','));

            if (!cursor.TryTake('}'))
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
            cursor.SkipBlanks();
            if (cursor.AtEnd || (cursor.Current != '#' && !cursor.AtLineEnd))
            {
                return;
            }

            cursor.SkipLine();
        }
    }

    private SyntaxFault Unclosed(string what, char close, TomlPosition opened)
    {
        var hint = what == "inline table" && cursor.AtLineEnd ? ": it must stay on one line" : "";
        return Fault($"The {what} that begins on line {opened.Line} needs a , or a {close} here, not {Found()}{hint}.");
    }

    private TomlValue Scalar(TomlPosition position)
    {
        var token = cursor.TakeWhile(IsScalar).ToString();
        if (token.Length == 0)
        {
            throw Fault($"A value belongs here, not {Found()}.");
        }

        if (DateTimeSyntax.IsDate(token) && cursor.Current == ' ' && char.IsAsciiDigit(cursor.Peek(1)))
        {
            token += cursor.Take();
            token += cursor.TakeWhile(IsScalar).ToString();
        }

        var value = ScalarSyntax.Read(token, position, out var problem);
        if (value is not null)
        {
            return value;
        }

        Report(position, problem);
        return new TomlString(token, position);
    }

    private static bool IsScalar(char character)
    {
        return character is not (' ' or '\t' or '\n' or '\r' or ',' or '[' or ']' or '{' or '}' or '#' or '=' or '"' or '\'');
    }
}
