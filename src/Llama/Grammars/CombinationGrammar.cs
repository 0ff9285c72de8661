using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>Schemas made of others: a reference, one of several, or all of a single one.</summary>
internal sealed class CombinationGrammar(SchemaGrammar grammar, SchemaScope scope)
{
    public string Expression(JsonProperty combination)
    {
        if (combination.Name == "$ref")
        {
            return scope.References.Rule(combination.Value, scope);
        }

        if (combination.Value.ValueKind != JsonValueKind.Array || combination.Value.GetArrayLength() == 0)
        {
            throw scope.Unsupported($"has '{combination.Name}' that is not a list of schemas");
        }

        JsonElement[] schemas = [.. combination.Value.EnumerateArray()];
        switch (combination.Name)
        {
            case "allOf" when schemas.Length > 1:
                throw scope.Unsupported("has 'allOf' with more than one schema");
            case "oneOf" when !AreDisjoint(schemas):
                throw scope.Unsupported("has 'oneOf' whose schemas may allow the same value; 'anyOf' is supported");
        }

        IEnumerable<string> alternatives = schemas.Select(
            (schema, i) => grammar.Expression(schema, scope.Beside($"{combination.Name}[{i}]")));
        return $"( {string.Join(" | ", alternatives)} )";
    }

    /// <summary>
    /// Whether no value is of two of the schemas, as far as can be told by their constants, their types, or a property that all require and
    /// that has another constant in each.
    /// </summary>
    private static bool AreDisjoint(JsonElement[] schemas)
    {
        for (int i = 0; i < schemas.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (!AreDisjoint(schemas[i], schemas[j]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool AreDisjoint(JsonElement a, JsonElement b)
    {
        if (Values(a) is { } ofA && Values(b) is { } ofB)
        {
            return !ofA.Any(one => ofB.Any(other => JsonElement.DeepEquals(one, other)));
        }

        return (Type(a), Type(b)) switch
        {
            (null, _) or (_, null) => false,
            ("object", "object") => Required(a).Intersect(Required(b)).Any(name => AreDisjoint(Property(a, name), Property(b, name))),
            ("integer", "number") or ("number", "integer") => false,
            (var one, var other) => one != other,
        };
    }

    private static JsonElement[]? Values(JsonElement schema) => schema.ValueKind != JsonValueKind.Object ? null
        : schema.TryGetProperty("const", out JsonElement constant) ? [constant]
        : schema.TryGetProperty("enum", out JsonElement list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()]
        : null;

    private static string? Type(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("type", out JsonElement type)
        && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;

    private static IEnumerable<string> Required(JsonElement schema) =>
        schema.TryGetProperty("required", out JsonElement names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)
            : [];

    private static JsonElement Property(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out JsonElement properties)
        && properties.ValueKind == JsonValueKind.Object
        && properties.TryGetProperty(name, out JsonElement property)
            ? property
            : default;
}
