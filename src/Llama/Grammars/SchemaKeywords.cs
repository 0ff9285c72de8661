using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>Which keywords of JSON Schema are understood, and where.</summary>
internal static class SchemaKeywords
{
    private static readonly Dictionary<string, string[]> s_ofType = new()
    {
        ["object"] = ["properties", "required", "additionalProperties"],
        ["array"] = ["items", "minItems", "maxItems"],
        ["string"] = ["minLength", "maxLength", "format"],
        ["integer"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        ["number"] = ["minimum", "maximum"],
        ["boolean"] = [],
        ["null"] = [],
    };

    // What does not change which values are allowed. $defs and definitions only hold what references name.
    private static readonly HashSet<string> s_annotations =
    [
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly",
        "writeOnly",
    ];

    private static readonly string[] s_combinations = ["$ref", "anyOf", "oneOf", "allOf"];

    /// <summary>The types that a schema names; none means all.</summary>
    public static string[] Types(JsonElement schema, SchemaScope scope)
    {
        if (!schema.TryGetProperty("type", out JsonElement type))
        {
            return [];
        }

        IEnumerable<JsonElement> names = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray() : [type];
        return [.. names.Select(name => name.ValueKind == JsonValueKind.String && s_ofType.ContainsKey(name.GetString()!)
            ? name.GetString()!
            : throw scope.Unsupported($"has the unknown type {name.GetRawText()}"))];
    }

    /// <summary>The keyword that makes a schema of others, or null; nothing else that matters may stand beside it.</summary>
    public static JsonProperty? Combination(JsonElement schema, SchemaScope scope)
    {
        JsonProperty[] combinations = [.. schema.EnumerateObject().Where(keyword => s_combinations.Contains(keyword.Name))];
        if (combinations.Length == 0)
        {
            return null;
        }

        string? beside = schema.EnumerateObject()
            .Where(keyword => !s_annotations.Contains(keyword.Name))
            .Select(keyword => keyword.Name)
            .FirstOrDefault(name => name != combinations[0].Name);
        return beside is null
            ? combinations[0]
            : throw scope.Unsupported($"uses '{beside}' beside '{combinations[0].Name}', which is not supported");
    }

    /// <summary>The values that const and enum leave, or null where there is neither.</summary>
    public static IReadOnlyList<JsonElement>? Values(JsonElement schema, SchemaScope scope)
    {
        JsonElement[]? choices = null;
        if (schema.TryGetProperty("enum", out JsonElement list))
        {
            choices = list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
                ? [.. list.EnumerateArray()]
                : throw scope.Unsupported("has an enum that is not a list of values");
        }

        if (!schema.TryGetProperty("const", out JsonElement constant))
        {
            return choices;
        }

        return choices is null || choices.Any(choice => JsonElement.DeepEquals(choice, constant))
            ? [constant]
            : throw scope.Unsupported("has a const that is not in its enum");
    }

    public static void RefuseUnknown(JsonElement schema, string[] types, SchemaScope scope)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            bool known = keyword.Name is "type" or "const" or "enum"
                || s_annotations.Contains(keyword.Name)
                || types.Any(type => s_ofType[type].Contains(keyword.Name));
            if (!known)
            {
                throw scope.Unsupported($"uses '{keyword.Name}', which is not supported{(types.Length == 0 ? " without a type" : "")}");
            }
        }
    }
}
