namespace NodeBox.Llama.Grammars;

/// <summary>GBNF for the formats of strings that JSON Schema names and that a grammar can keep, in quotes.</summary>
internal static class StringFormats
{
    // Days stop at 28, which every month has.
    private const string Date = "[12] [0-9]{3} \"-\" ( \"0\" [1-9] | \"1\" [0-2] ) \"-\" ( \"0\" [1-9] | \"1\" [0-9] | \"2\" [0-8] )";
    private const string Time = "( [01] [0-9] | \"2\" [0-3] ) \":\" [0-5] [0-9] \":\" [0-5] [0-9] \"Z\"";

    private static readonly Dictionary<string, string> s_known = new()
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date} \"T\" {Time}",
        ["uuid"] = "[0-9a-f]{8} \"-\" [0-9a-f]{4} \"-4\" [0-9a-f]{3} \"-\" [89ab] [0-9a-f]{3} \"-\" [0-9a-f]{12}",
        ["ipv4"] = "[1-9] [0-9]? \".\" [1-9] [0-9]? \".\" [1-9] [0-9]? \".\" [1-9] [0-9]?",
    };

    public static string Expression(string format, SchemaScope scope) => s_known.TryGetValue(format, out string? expression)
        ? $"\"\\\"\" {expression} \"\\\"\""
        : throw scope.Unsupported($"has the format '{format}'; supported are {string.Join(", ", s_known.Keys)}");
}
