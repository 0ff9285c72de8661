namespace NodeBox.Llama.Grammars;

/// <summary>
/// Rules for JSON whose form nobody prescribes: a bounded number of members and of levels, so that even a random model comes to an end.
/// </summary>
internal static class FreeGrammar
{
    private const int MaxMembers = 16;
    private const string Number = "( \"-\"? ( \"0\" | [1-9] [0-9]{0,14} ) ( \".\" [0-9]{1,9} )? )";

    /// <summary>A rule for any value with at most <paramref name="levels"/> objects and arrays around each other.</summary>
    public static string Value(SchemaGrammar grammar, int levels)
    {
        string text = grammar.Text(0, SchemaGrammar.DefaultMaxLength);
        string scalar = grammar.Shared("scalar", $"{text} | {Number} | \"true\" | \"false\" | \"null\"");
        return levels == 0
            ? scalar
            : grammar.Shared($"value{levels}", $"{scalar} | {Object(grammar, levels)} | {Array(grammar, levels)}");
    }

    /// <summary>A rule for any object, with at most <paramref name="levels"/> levels, itself included.</summary>
    public static string Object(SchemaGrammar grammar, int levels) =>
        grammar.Shared($"object{levels}", Members(grammar, Value(grammar, levels - 1)));

    /// <summary>An expression for an object whose members have any names and values of the rule <paramref name="value"/>.</summary>
    public static string Members(SchemaGrammar grammar, string value)
    {
        string name = grammar.Shared("name", "\"\\\"\" [a-zA-Z_] [a-zA-Z0-9_]{0,31} \"\\\":\"");
        return $"\"{{\" ( {name} {value} ( \",\" {name} {value} ){{0,{MaxMembers - 1}}} )? \"}}\"";
    }

    private static string Array(SchemaGrammar grammar, int levels)
    {
        string value = Value(grammar, levels - 1);
        return grammar.Shared($"array{levels}", $"\"[\" ( {value} ( \",\" {value} ){{0,{MaxMembers - 1}}} )? \"]\"");
    }
}
