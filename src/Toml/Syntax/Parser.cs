namespace NodeBox.Toml.Syntax;

/// <summary>
/// Recursive descent over the expressions of a document. What is wrong is reported and reading goes on at a later line, so
/// one pass finds most mistakes; only the first on a line is kept, since the others tend to follow from it.
/// </summary>
internal sealed partial class Parser(string text, string file, TomlErrors errors)
{
    private readonly Cursor cursor = new(text);
    private readonly TomlTable root = new(TomlPosition.Start, TableOrigin.Header);
    private TomlTable current = Detached();
    private int lastErrorLine;
    private int openArrays;

    /// <returns>the whole tree; of use only if no error was reported.</returns>
    public TomlTable Document()
    {
        current = root;
        while (!cursor.AtEnd && !errors.Full)
        {
            Line();
        }

        return root;
    }

    private void Line()
    {
        var firstLine = cursor.Position.Line;
        try
        {
            cursor.SkipBlanks();
            if (cursor.Current == '[')
            {
                Header();
            }
            else if (!cursor.AtLineEnd && cursor.Current != '#')
            {
                KeyValue(current, valueDepth: 0);
            }

            EndOfLine();
        }
        catch (SyntaxFault fault)
        {
            Report(fault.Position, fault.Message);
            Recover(firstLine);
        }
    }

    private void Header()
    {
        // Until the header is known to be good, its keys go to a table that nothing refers to: they are checked, and kept
        // out of the table before, where they would raise errors that are not there.
        current = Detached();
        var position = cursor.Position;
        var isArray = cursor.At("[[");
        cursor.Skip(isArray ? 2 : 1);
        var name = Key();
        var close = isArray ? "]]" : "]";
        if (!cursor.At(close))
        {
            throw Fault($"The header needs a closing {close} here, not {Found()}.");
        }

        cursor.Skip(close.Length);
        current = isArray ? Definitions.OpenArrayItem(root, name, position) : Definitions.OpenTable(root, name, position);
    }

    private void KeyValue(TomlTable table, int valueDepth)
    {
        var key = Key();
        if (!cursor.TryTake('='))
        {
            throw Fault($"The key {Text.Quote(key[^1].Text)} needs an = and a value after it, not {Found()}.");
        }

        cursor.SkipBlanks();
        Definitions.Define(table, key, Value(valueDepth));
    }

    private void EndOfLine()
    {
        cursor.SkipBlanks();
        if (cursor.Current == '#')
        {
            cursor.SkipLine();
            return;
        }

        if (!cursor.AtLineEnd)
        {
            throw Fault($"The line must end here, not go on with {Found()}.");
        }

        cursor.SkipNewline();
    }

    /// <summary>
    /// Goes to a line from which reading can go on: the next one, or, inside an array of several lines, the next that
    /// looks like the beginning of an expression.
    /// </summary>
    private void Recover(int firstLine)
    {
        if (openArrays == 0)
        {
            cursor.SkipLine();
            return;
        }

        openArrays = 0;
        if (cursor.Position.Line == firstLine)
        {
            cursor.SkipLine();
        }
        else
        {
            cursor.RewindLine();
        }

        while (!cursor.AtEnd && !LineShape.StartsExpression(cursor.RestOfLine()))
        {
            cursor.SkipLine();
        }
    }

    private void Report(TomlPosition position, string message)
    {
        if (position.Line != lastErrorLine)
        {
            lastErrorLine = position.Line;
            errors.Add(file, position, message);
        }
    }

    private SyntaxFault Fault(string message)
    {
        return new SyntaxFault(cursor.Position, message);
    }

    private string Found()
    {
        return cursor.Current switch
        {
            _ when cursor.AtLineEnd => "the end of the line",
            '"' => "a quote",
            _ when char.IsHighSurrogate(cursor.Current) => $"\"{cursor.Current}{cursor.Peek(1)}\"",
            _ => $"\"{cursor.Current}\"",
        };
    }

    private static TomlTable Detached()
    {
        return new TomlTable(TomlPosition.Start, TableOrigin.Header);
    }
}
