namespace NodeBox.Toml.Syntax;

/// <summary>A reading position in checked text (see <see cref="SourceText"/>: it holds no NUL and no lone CR).</summary>
internal sealed class Cursor(string text)
{
    /// <summary>What reads after the last character.</summary>
    public const char End = '\0';

    private int _offset;
    private int _line = 1;
    private int _column = 1;
    private int _lineStart;

    public bool AtEnd => _offset >= text.Length;

    public bool AtLineEnd => Current is '\n' or '\r' or End;

    public char Current => Peek(0);

    public TomlPosition Position => new(_line, _column);

    public char Peek(int distance) => _offset + distance < text.Length ? text[_offset + distance] : End;

    public bool At(string expected) => text.AsSpan(_offset).StartsWith(expected, StringComparison.Ordinal);

    /// <summary>Takes one UTF-16 unit; a surrogate pair counts as one column.</summary>
    public char Take()
    {
        char taken = text[_offset++];
        if (taken == '\n')
        {
            _line++;
            _column = 1;
            _lineStart = _offset;
        }
        else if (!char.IsLowSurrogate(taken))
        {
            _column++;
        }

        return taken;
    }

    public bool TryTake(char expected)
    {
        if (Current != expected)
        {
            return false;
        }

        Take();
        return true;
    }

    public void Skip(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Take();
        }
    }

    public ReadOnlySpan<char> TakeWhile(Func<char, bool> condition)
    {
        int start = _offset;
        while (!AtEnd && condition(Current))
        {
            Take();
        }

        return text.AsSpan(start, _offset - start);
    }

    public void SkipBlanks()
    {
        while (Current is ' ' or '\t')
        {
            Take();
        }
    }

    public void SkipNewline()
    {
        TryTake('\r');
        TryTake('\n');
    }

    public void SkipLine()
    {
        while (!AtLineEnd)
        {
            Take();
        }

        SkipNewline();
    }

    /// <summary>Goes back to the first character of the line.</summary>
    public void RewindLine()
    {
        _offset = _lineStart;
        _column = 1;
    }

    /// <summary>The characters up to the line's end, without taking them.</summary>
    public ReadOnlySpan<char> RestOfLine()
    {
        ReadOnlySpan<char> rest = text.AsSpan(_offset);
        int end = rest.IndexOf('\n');
        return end < 0 ? rest : rest[..end];
    }
}
