namespace NodeBox.Llama.Grammars;

/// <summary>A part of a rule of a grammar.</summary>
internal abstract record GbnfPart
{
    /// <summary>The shortest text that it allows; null as long as that of a rule in it is not known.</summary>
    public abstract string? Shortest(IReadOnlyDictionary<string, string> rules);
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
    public override string? Shortest(IReadOnlyDictionary<string, string> rules) => Least == 0
        ? ""
        : Part.Shortest(rules) is { } once ? string.Concat(Enumerable.Repeat(once, Least)) : null;
}

internal sealed record GbnfSequence(IReadOnlyList<GbnfPart> Parts) : GbnfPart
{
    public override string? Shortest(IReadOnlyDictionary<string, string> rules)
    {
        string?[] texts = [.. Parts.Select(part => part.Shortest(rules))];
        return texts.Contains(null) ? null : string.Concat(texts);
    }
}

internal sealed record GbnfChoice(IReadOnlyList<GbnfPart> Parts) : GbnfPart
{
    public override string? Shortest(IReadOnlyDictionary<string, string> rules) =>
        Parts.Select(part => part.Shortest(rules)).OfType<string>().MinBy(static text => text.Length);
}
