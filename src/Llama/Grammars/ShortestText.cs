namespace NodeBox.Llama.Grammars;

/// <summary>The shortest text that a grammar of this project allows: a smallest valid call, or no text where none need come.</summary>
public static class ShortestText
{
    private const string Is = " ::= ";

    /// <param name="grammar">GBNF, a rule a line, with a rule "root". Of texts of the same length it is the one written first.</param>
    /// <exception cref="FormatException">It is not GBNF as this project writes it, or it allows no text that ends.</exception>
    public static string Of(string grammar)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        (string Name, GbnfPart Body)[] rules = [.. grammar.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Rule)];
        var shortest = new Dictionary<string, string>();

        // What a rule needs may stand after it, or in a circle with it: until nothing gets shorter.
        bool isChanged = true;
        while (isChanged)
        {
            isChanged = false;
            foreach ((string name, GbnfPart body) in rules)
            {
                if (body.Shortest(shortest) is { } text && (!shortest.TryGetValue(name, out string? known) || text.Length < known.Length))
                {
                    shortest[name] = text;
                    isChanged = true;
                }
            }
        }

        return shortest.GetValueOrDefault("root") ?? throw new FormatException("The grammar has no root that comes to an end.");
    }

    private static (string Name, GbnfPart Body) Rule(string line)
    {
        int at = line.IndexOf(Is, StringComparison.Ordinal);
        return at > 0
            ? (line[..at], new GbnfReader(line[(at + Is.Length)..]).Read())
            : throw new FormatException($"The grammar has the line '{line}', which is no rule.");
    }
}
