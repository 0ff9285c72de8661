using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>
/// Translates the part of JSON Schema that tool definitions use into GBNF rules for compact JSON, with properties in the order of the
/// schema. Everything but a schema that contains itself is bounded, so that even a random model comes to an end. What cannot be kept
/// exactly is refused by name.
/// </summary>
/// <param name="copied">The numbers that calls and texts may hold, or null for any.</param>
internal sealed class SchemaGrammar(CopiedNumbers? copied = null)
{
    public const int DefaultMaxLength = 1000;
    public const int DefaultMaxItems = 16;
    public const int FreeLevels = 4;

    // llama.cpp refuses repetitions of 2,000 and more.
    private const int MaxRepetition = 1024;
    private const int MaxRules = 500;
    private const int MaxCharacters = 256 * 1024;

    private readonly StringBuilder _rules = new();
    private readonly HashSet<string> _shared = [];
    private int _count;

    /// <summary>All rules made so far, a line each.</summary>
    public string Rules => _rules.ToString();

    /// <summary>A GBNF expression for all compact JSON that a document allows and this class writes.</summary>
    /// <param name="root">The document, whose references are relative to it.</param>
    /// <param name="path">Its name in errors.</param>
    /// <exception cref="UnsupportedSchemaException">The schema uses what is not supported.</exception>
    public string Expression(JsonElement root, string path) =>
        Expression(root, new SchemaScope(new SchemaReferences(this, root), path));

    /// <summary>Adds a rule and returns its name.</summary>
    public string AddRule(string body, string path)
    {
        string rule = ReserveRule(path);
        CompleteRule(rule, body, path);
        return rule;
    }

    /// <summary>The name of a rule that is completed later, so that it can be used in itself.</summary>
    public string ReserveRule(string path) => _count < MaxRules
        ? string.Create(CultureInfo.InvariantCulture, $"r{_count++}")
        : throw TooLarge(path);

    public void CompleteRule(string rule, string body, string path)
    {
        if (_rules.Length + body.Length > MaxCharacters)
        {
            throw TooLarge(path);
        }

        _rules.Append(rule).Append(" ::= ").Append(body).Append('\n');
    }

    /// <summary>A rule with a name of its own that is made once.</summary>
    public string Shared(string name, string body)
    {
        if (_shared.Add(name))
        {
            _rules.Append(name).Append(" ::= ").Append(body).Append('\n');
        }

        return name;
    }

    /// <summary>An expression for the schema that stands at <paramref name="scope"/>.</summary>
    internal string Expression(JsonElement schema, SchemaScope scope)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return FreeGrammar.Value(this, FreeLevels);
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw scope.Unsupported("is not a JSON object");
        }

        scope.CheckDepth();
        string[] types = SchemaKeywords.Types(schema, scope);
        if (SchemaKeywords.Combination(schema, scope) is { } combination)
        {
            return new CombinationGrammar(this, scope).Expression(combination);
        }

        SchemaKeywords.RefuseUnknown(schema, types, scope);
        if (SchemaKeywords.Values(schema, scope) is { } values)
        {
            return ScalarGrammar.Choice(values, schema, types, scope.Path);
        }

        return types.Length switch
        {
            0 => FreeGrammar.Value(this, FreeLevels),
            1 => OfType(types[0], schema, scope),
            _ => $"( {string.Join(" | ", types.Select(type => OfType(type, schema, scope)))} )",
        };
    }

    /// <summary>A string of so many characters, in quotes.</summary>
    internal string Text(int least, int most)
    {
        // Surrogates are left out, so that each repetition is one character of the value.
        string hex = Shared("hex", "[0-9a-f]");
        string character = Shared(
            "character",
            $"[ !#-[\\]-~] | \"\\\\\" ( [\"\\\\/bfnrt] | \"u\" ( ( [0-9abcef] {hex} | \"d\" [0-7] ) {hex} {hex} ) )");
        string text = $"\"\\\"\" {character}{{{least},{most}}} \"\\\"\"";
        return (least, most) == (0, DefaultMaxLength) ? Shared("string", text) : text;
    }

    /// <summary>The least and most of a repetition; <paramref name="usual"/> is the most where the schema does not say.</summary>
    internal static (int Least, int Most) Counts(JsonElement schema, string leastKeyword, string mostKeyword, int usual, string path)
    {
        int least = Count(schema, leastKeyword, path) ?? 0;
        int most = Count(schema, mostKeyword, path) ?? Math.Max(least, usual);
        return least <= most ? (least, most) : throw new UnsupportedSchemaException(path, $"allows at least {least} and at most {most}");
    }

    private string OfType(string type, JsonElement schema, SchemaScope scope) => type switch
    {
        "object" => new ObjectGrammar(this, scope).Expression(schema),
        "array" => Array(schema, scope),
        "string" => Text(schema, scope),
        "integer" => Integer(schema, scope),
        "number" => NumberBounds.Read(schema, scope.Path).Numbers(scope.Path),
        "boolean" => "( \"true\" | \"false\" )",
        _ => "\"null\"",
    };

    private string Integer(JsonElement schema, SchemaScope scope)
    {
        NumberBounds bounds = NumberBounds.Read(schema, scope.Path);
        return copied?.Integer(scope.Path, bounds) ?? bounds.Integers(scope.Path);
    }

    private string Array(JsonElement schema, SchemaScope scope)
    {
        (int least, int most) = Counts(schema, "minItems", "maxItems", DefaultMaxItems, scope.Path);
        if (most == 0)
        {
            return "\"[]\"";
        }

        string item = schema.TryGetProperty("items", out JsonElement items)
            ? AddRule(Expression(items, scope.Into("items")), scope.Path)
            : FreeGrammar.Value(this, FreeLevels - 1);
        string more = AddRule($"\",\" {item}", scope.Path);
        string filled = $"{item} {more}{{{Math.Max(least - 1, 0)},{most - 1}}}";
        return least == 0 ? $"\"[\" ( {filled} )? \"]\"" : $"\"[\" {filled} \"]\"";
    }

    private string Text(JsonElement schema, SchemaScope scope)
    {
        if (schema.TryGetProperty("format", out JsonElement format))
        {
            bool isAlone = !schema.TryGetProperty("minLength", out _) && !schema.TryGetProperty("maxLength", out _);
            return isAlone
                ? StringFormats.Expression(format.ToString(), scope)
                : throw scope.Unsupported("has both a format and a length");
        }

        (int least, int most) = Counts(schema, "minLength", "maxLength", DefaultMaxLength, scope.Path);
        return copied?.Text(this) ?? Text(least, most);
    }

    private static int? Count(JsonElement schema, string keyword, string path)
    {
        if (!schema.TryGetProperty(keyword, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count is >= 0 and <= MaxRepetition
            ? count
            : throw new UnsupportedSchemaException(path, $"has a '{keyword}' that is not an integer from 0 to {MaxRepetition}");
    }

    private static UnsupportedSchemaException TooLarge(string path) =>
        new(path, $"is too large: its grammar has more than {MaxRules} rules or {MaxCharacters} characters");
}
