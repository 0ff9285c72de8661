using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>
/// Translates the part of JSON Schema that tool definitions use into GBNF rules for compact JSON, with properties in the order of the
/// schema. Everything is bounded, so that even a random model comes to an end. What cannot be kept exactly is refused by name.
/// </summary>
internal sealed class SchemaGrammar
{
    public const int DefaultMaxLength = 64;
    public const int DefaultMaxItems = 16;

    // llama.cpp refuses repetitions of 2,000 and more.
    private const int MaxRepetition = 1024;
    private const int MaxDepth = 16;
    private const int MaxRules = 500;
    private const int MaxCharacters = 256 * 1024;

    private static readonly Dictionary<string, string[]> s_keywordsOfType = new()
    {
        ["object"] = ["properties", "required", "additionalProperties"],
        ["array"] = ["items", "minItems", "maxItems"],
        ["string"] = ["minLength", "maxLength"],
        ["integer"] = ["minimum", "maximum"],
        ["number"] = ["minimum", "maximum"],
        ["boolean"] = [],
        ["null"] = [],
    };

    private static readonly HashSet<string> s_annotations =
        ["$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"];

    private readonly StringBuilder _rules = new();
    private readonly HashSet<string> _shared = [];
    private int _count;

    /// <summary>All rules made so far, a line each.</summary>
    public string Rules => _rules.ToString();

    /// <summary>Adds a rule and returns its name.</summary>
    public string AddRule(string body, string path)
    {
        if (_count == MaxRules || _rules.Length + body.Length > MaxCharacters)
        {
            throw new UnsupportedSchemaException(path, $"is too large: its grammar has more than {MaxRules} rules or {MaxCharacters} characters");
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"r{_count++}");
        _rules.Append(name).Append(" ::= ").Append(body).Append('\n');
        return name;
    }

    /// <summary>
    /// A GBNF expression for all compact JSON that the schema allows and this class writes. <paramref name="path"/> names the schema in
    /// errors.
    /// </summary>
    /// <exception cref="UnsupportedSchemaException">The schema uses what is not supported.</exception>
    public string Expression(JsonElement schema, string path, int depth = 0)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new UnsupportedSchemaException(path, "is not a JSON object");
        }

        if (depth > MaxDepth)
        {
            throw new UnsupportedSchemaException(path, $"is nested deeper than {MaxDepth} levels");
        }

        string[] types = Types(schema, path);
        Refuse(schema, types, path);
        if (Values(schema, path) is { } values)
        {
            return ScalarGrammar.Choice(values, schema, types, path);
        }

        return types.Length switch
        {
            0 => throw new UnsupportedSchemaException(path, "has no type"),
            1 => OfType(types[0], schema, path, depth),
            _ => $"( {string.Join(" | ", types.Select(type => OfType(type, schema, path, depth)))} )",
        };
    }

    private static string[] Types(JsonElement schema, string path)
    {
        if (!schema.TryGetProperty("type", out JsonElement type))
        {
            return [];
        }

        IEnumerable<JsonElement> names = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray() : [type];
        return [.. names.Select(name => name.ValueKind == JsonValueKind.String && s_keywordsOfType.ContainsKey(name.GetString()!)
            ? name.GetString()!
            : throw new UnsupportedSchemaException(path, $"has the unknown type {name.GetRawText()}"))];
    }

    /// <summary>The values that const and enum leave, or null where there is neither.</summary>
    private static IReadOnlyList<JsonElement>? Values(JsonElement schema, string path)
    {
        JsonElement[]? choices = null;
        if (schema.TryGetProperty("enum", out JsonElement list))
        {
            choices = list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
                ? [.. list.EnumerateArray()]
                : throw new UnsupportedSchemaException(path, "has an enum that is not a list of values");
        }

        if (!schema.TryGetProperty("const", out JsonElement constant))
        {
            return choices;
        }

        return choices is null || choices.Any(choice => JsonElement.DeepEquals(choice, constant))
            ? [constant]
            : throw new UnsupportedSchemaException(path, "has a const that is not in its enum");
    }

    private static void Refuse(JsonElement schema, string[] types, string path)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            bool known = keyword.Name is "type" or "const" or "enum"
                || s_annotations.Contains(keyword.Name)
                || types.Any(type => s_keywordsOfType[type].Contains(keyword.Name));
            if (!known)
            {
                throw new UnsupportedSchemaException(path, $"uses '{keyword.Name}', which is not supported{(types.Length == 0 ? " without a type" : "")}");
            }
        }
    }

    private string OfType(string type, JsonElement schema, string path, int depth) => type switch
    {
        "object" => new ObjectGrammar(this, path, depth).Expression(schema),
        "array" => Array(schema, path, depth),
        "string" => Text(schema, path),
        "integer" => NumberBounds.Read(schema, path).Integers(path),
        "number" => NumberBounds.Read(schema, path).Numbers(path),
        "boolean" => "( \"true\" | \"false\" )",
        _ => "\"null\"",
    };

    private string Array(JsonElement schema, string path, int depth)
    {
        if (!schema.TryGetProperty("items", out JsonElement items))
        {
            throw new UnsupportedSchemaException(path, "is an array without 'items'");
        }

        (int least, int most) = Counts(schema, "minItems", "maxItems", DefaultMaxItems, path);
        if (most == 0)
        {
            return "\"[]\"";
        }

        string item = AddRule(Expression(items, path + "/items", depth + 1), path);
        string more = AddRule($"\",\" {item}", path);
        string filled = $"{item} {more}{{{Math.Max(least - 1, 0)},{most - 1}}}";
        return least == 0 ? $"\"[\" ( {filled} )? \"]\"" : $"\"[\" {filled} \"]\"";
    }

    private string Text(JsonElement schema, string path)
    {
        (int least, int most) = Counts(schema, "minLength", "maxLength", DefaultMaxLength, path);

        // Surrogates are left out, so that each repetition is one character of the value.
        string hex = Shared("hex", "[0-9a-f]");
        string character = Shared(
            "character",
            $"[ !#-[\\]-~] | \"\\\\\" ( [\"\\\\/bfnrt] | \"u\" ( ( [0-9abcef] {hex} | \"d\" [0-7] ) {hex} {hex} ) )");
        return $"\"\\\"\" {character}{{{least},{most}}} \"\\\"\"";
    }

    /// <summary>A rule with a name of its own that is made once.</summary>
    private string Shared(string name, string body)
    {
        if (_shared.Add(name))
        {
            _rules.Append(name).Append(" ::= ").Append(body).Append('\n');
        }

        return name;
    }

    /// <summary>The least and most of a repetition; <paramref name="usual"/> is the most where the schema does not say.</summary>
    internal static (int Least, int Most) Counts(JsonElement schema, string leastKeyword, string mostKeyword, int usual, string path)
    {
        int least = Count(schema, leastKeyword, path) ?? 0;
        int most = Count(schema, mostKeyword, path) ?? Math.Max(least, usual);
        return least <= most ? (least, most) : throw new UnsupportedSchemaException(path, $"allows at least {least} and at most {most}");
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
}
