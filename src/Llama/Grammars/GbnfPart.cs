namespace NodeBox.Llama.Grammars;

/// <summary>A part of a rule of a grammar.</summary>
internal abstract record GbnfPart
{
    private const long MostCharacters = 1 << 20;

    /// <summary>The shortest text that it allows; null as long as that of a rule in it is not known.</summary>
    public abstract string? Shortest(IReadOnlyDictionary<string, string> rules);

    /// <summary>Repetitions in repetitions would take all memory.</summary>
    protected static void CheckLength(long characters)
    {
        if (characters > MostCharacters)
        {
            throw new FormatException($"The shortest text that the grammar allows has more than {MostCharacters} characters.");
        }
    }
}

/// <summary>A literal, or for a class of characters one of them.</summary>
internal sealed record GbnfText(string Text) : GbnfPart
{
    public override string Shortest(IReadOnlyDictionary<string, string> rules) => Text;
}

internal sealed record GbnfRule(string Name) : GbnfPart
{
    public override string? Shortest(IReadOnlyDictionary<string, string> rules) => rules.GetValueOrDefault(Name);
}

internal sealed record GbnfRepetition(GbnfPart Part, int Least) : GbnfPart
{
    /// <exception cref="FormatException">It is longer than any reply.</exception>
    public override string? Shortest(IReadOnlyDictionary<string, string> rules) => Least == 0
        ? ""
        : Part.Shortest(rules) is { } once ? Repeated(once) : null;

    private string Repeated(string once)
    {
        CheckLength((long)once.Length * Least);
        return string.Concat(Enumerable.Repeat(once, Least));
    }
}

internal sealed record GbnfSequence(IReadOnlyList<GbnfPart> Parts) : GbnfPart
{
    /// <exception cref="FormatException">It is longer than any reply.</exception>
    public override string? Shortest(IReadOnlyDictionary<string, string> rules)
    {
        string?[] texts = [.. Parts.Select(part => part.Shortest(rules))];
        CheckLength(texts.Sum(static text => (long)(text?.Length ?? 0)));
        return texts.Contains(null) ? null : string.Concat(texts);
    }
}

internal sealed record GbnfChoice(IReadOnlyList<GbnfPart> Parts) : GbnfPart
{
    public override string? Shortest(IReadOnlyDictionary<string, string> rules) =>
        Parts.Select(part => part.Shortest(rules)).OfType<string>().MinBy(static text => text.Length);
}
