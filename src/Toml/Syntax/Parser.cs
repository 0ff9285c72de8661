namespace NodeBox.Toml.Syntax;

/// <summary>
/// Recursive descent over the expressions of a document. What is wrong is reported and reading goes on at a later line, so
/// one pass finds most mistakes; only the first on a line is kept, since the others tend to follow from it.
/// </summary>
internal sealed partial class Parser(string text, string file, TomlErrors errors)
{
    private readonly Cursor _cursor = new(text);
    private readonly TomlTable _root = new(TomlPosition.Start, TableOrigin.Header);
    private TomlTable _current = Detached();
    private int _lastErrorLine;
    private int _openArrays;

    /// <returns>the whole tree; of use only if no error was reported.</returns>
    public TomlTable Document()
    {
        _current = _root;
        while (!_cursor.AtEnd && !errors.Full)
        {
            Line();
        }

        return _root;
    }

    private void Line()
    {
        int firstLine = _cursor.Position.Line;
        try
        {
            _cursor.SkipBlanks();
            if (_cursor.Current == '[')
            {
                Header();
            }
            else if (!_cursor.AtLineEnd && _cursor.Current != '#')
            {
                KeyValue(_current, valueDepth: 0);
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
        _current = Detached();
        TomlPosition position = _cursor.Position;
        bool isArray = _cursor.At("[[");
        _cursor.Skip(isArray ? 2 : 1);
        List<KeyPart> name = Key();
        string close = isArray ? "]]" : "]";
        if (!_cursor.At(close))
        {
            throw Fault($"The header needs a closing {close} here, not {Found()}.");
        }

        _cursor.Skip(close.Length);
        _current = isArray ? Definitions.OpenArrayItem(_root, name, position) : Definitions.OpenTable(_root, name, position);
    }

    private void KeyValue(TomlTable table, int valueDepth)
    {
        List<KeyPart> key = Key();
        if (!_cursor.TryTake('='))
        {
            throw Fault($"The key {Text.Quote(key[^1].Text)} needs an = and a value after it, not {Found()}.");
        }

        _cursor.SkipBlanks();
        Definitions.Define(table, key, Value(valueDepth));
    }

    private void EndOfLine()
    {
        _cursor.SkipBlanks();
        if (_cursor.Current == '#')
        {
            _cursor.SkipLine();
            return;
        }

        if (!_cursor.AtLineEnd)
        {
            throw Fault($"The line must end here, not go on with {Found()}.");
        }

        _cursor.SkipNewline();
    }

    /// <summary>
    /// Goes to a line from which reading can go on: the next one, or, inside an array of several lines, the next that
    /// looks like the beginning of an expression.
    /// </summary>
    private void Recover(int firstLine)
    {
        if (_openArrays == 0)
        {
            _cursor.SkipLine();
            return;
        }

        _openArrays = 0;
        if (_cursor.Position.Line == firstLine)
        {
            _cursor.SkipLine();
        }
        else
        {
            _cursor.RewindLine();
        }

        while (!_cursor.AtEnd && !LineShape.StartsExpression(_cursor.RestOfLine()))
        {
            _cursor.SkipLine();
        }
    }

    private void Report(TomlPosition position, string message)
    {
        if (position.Line != _lastErrorLine)
        {
            _lastErrorLine = position.Line;
            errors.Add(file, position, message);
        }
    }

    private SyntaxFault Fault(string message) => new SyntaxFault(_cursor.Position, message);

    private string Found()
    {
        return _cursor.Current switch
        {
            _ when _cursor.AtLineEnd => "the end of the line",
            '"' => "a quote",
            _ when char.IsHighSurrogate(_cursor.Current) => $"\"{_cursor.Current}{_cursor.Peek(1)}\"",
            _ => $"\"{_cursor.Current}\"",
        };
    }

    private static TomlTable Detached() => new TomlTable(TomlPosition.Start, TableOrigin.Header);
}
