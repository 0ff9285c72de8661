using System.Globalization;
using System.Text;

namespace NodeBox.Llama.Grammars;

/// <summary>Reads the body of a rule: literals, classes of characters, groups, alternatives, repetitions and names of rules.</summary>
internal sealed class GbnfReader(string text)
{
    private int _at;

    /// <exception cref="FormatException">It is not GBNF as this project writes it.</exception>
    public GbnfPart Read()
    {
        GbnfPart part = Choice();
        return _at == text.Length ? part : throw Unexpected();
    }

    private GbnfPart Choice()
    {
        var alternatives = new List<GbnfPart> { Sequence() };
        while (Take('|'))
        {
            alternatives.Add(Sequence());
        }

        return alternatives is [var only] ? only : new GbnfChoice(alternatives);
    }

    private GbnfSequence Sequence()
    {
        var parts = new List<GbnfPart>();
        SkipSpace();
        while (_at < text.Length && text[_at] is not ('|' or ')'))
        {
            parts.Add(Repeated(Item()));
            SkipSpace();
        }

        return new GbnfSequence(parts);
    }

    private GbnfPart Item()
    {
        switch (text[_at])
        {
            case '"':
                return Literal();
            case '[':
                return Class();
            case '.':
                _at++;
                return new GbnfText("a");
            case '(':
                _at++;
                GbnfPart group = Choice();
                return Take(')') ? group : throw Unexpected();
            default:
                return Rule();
        }
    }

    private GbnfPart Repeated(GbnfPart part)
    {
        switch (_at < text.Length ? text[_at] : ' ')
        {
            case '?' or '*':
                _at++;
                return new GbnfRepetition(part, 0);
            case '+':
                _at++;
                return new GbnfRepetition(part, 1);
            case '{':
                int end = text.IndexOf('}', _at);
                string least = end < 0 ? throw Unexpected() : text[(_at + 1)..end].Split(',')[0];
                _at = end + 1;
                return new GbnfRepetition(part, int.Parse(least, NumberStyles.None, CultureInfo.InvariantCulture));
            default:
                return part;
        }
    }

    private GbnfText Literal()
    {
        var literal = new StringBuilder();
        for (_at++; Peek() != '"';)
        {
            literal.Append(Character());
        }

        _at++;
        return new GbnfText(literal.ToString());
    }

    private GbnfText Class()
    {
        _at++;
        bool isNegated = Peek() == '^';
        _at += isNegated ? 1 : 0;
        var ranges = new List<(char First, char Last)>();
        while (Peek() != ']')
        {
            char first = Character();
            char last = first;
            if (Peek() == '-' && text[_at + 1] != ']')
            {
                _at++;
                last = Character();
            }

            ranges.Add((first, last));
        }

        _at++;
        char member = isNegated
            ? Enumerable.Range('a', 26).Select(static code => (char)code).First(each => !ranges.Exists(range => each >= range.First && each <= range.Last))
            : ranges[0].First;
        return new GbnfText(member.ToString());
    }

    private GbnfRule Rule()
    {
        int begin = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '-'))
        {
            _at++;
        }

        return _at > begin ? new GbnfRule(text[begin.._at]) : throw Unexpected();
    }

    private char Character()
    {
        char character = Peek();
        _at++;
        if (character != '\\')
        {
            return character;
        }

        char escaped = Peek();
        _at++;
        return escaped switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '\\' or '"' or '[' or ']' or '-' or '^' => escaped,
            _ => throw Unexpected(),
        };
    }

    private bool Take(char expected)
    {
        SkipSpace();
        bool isThere = _at < text.Length && text[_at] == expected;
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && text[_at] == ' ')
        {
            _at++;
        }
    }

    private char Peek() => _at < text.Length ? text[_at] : throw Unexpected();

    private FormatException Unexpected() => new($"The grammar's rule '{text}' cannot be read at {_at}.");
}
