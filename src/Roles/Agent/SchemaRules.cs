using System.Text.Json;

namespace NodeBox.Roles.Agent;

/// <summary>
/// Checks a model's arguments against the part of JSON Schema that tools use. Keywords that are not known here allow everything: the tool
/// itself has the last word.
/// </summary>
internal static class SchemaRules
{
    /// <summary>A clause that says what <paramref name="schema"/> does not allow, or null.</summary>
    /// <param name="schema">A JSON Schema.</param>
    /// <param name="value">What it is to allow.</param>
    /// <param name="path">The value's name in the clause.</param>
    public static string? Misfit(JsonElement schema, JsonElement value, string path)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (List(schema, "enum") is { } choices && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            return $"{path} is none of {choices.GetRawText()}";
        }

        if (schema.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && !IsOf(type.GetString()!, value))
        {
            return $"{path} is not of the type {type.GetString()}";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => MisfitOfMembers(schema, value, path),
            JsonValueKind.Array when schema.TryGetProperty("items", out JsonElement items) => value.EnumerateArray()
                .Select((item, i) => Misfit(items, item, $"{path}[{i}]"))
                .FirstOrDefault(static misfit => misfit is not null),
            JsonValueKind.Number => MisfitOfNumber(schema, value, path),
            JsonValueKind.String when Bound(schema, "maxLength") is { } most && value.GetString()!.EnumerateRunes().Count() > most =>
                $"{path} is longer than {most} characters",
            _ => null,
        };
    }

    private static string? MisfitOfMembers(JsonElement schema, JsonElement value, string path)
    {
        IEnumerable<JsonElement> required = List(schema, "required") is { } names ? names.EnumerateArray() : [];
        IEnumerable<string> texts = required.Where(static name => name.ValueKind == JsonValueKind.String).Select(static name => name.GetString()!);
        if (texts.FirstOrDefault(name => !value.TryGetProperty(name, out _)) is { } missing)
        {
            return $"{path}.{missing} is missing";
        }

        bool isClosed = schema.TryGetProperty("additionalProperties", out JsonElement others) && others.ValueKind == JsonValueKind.False;
        bool hasProperties = schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (hasProperties && properties.TryGetProperty(member.Name, out JsonElement known))
            {
                if (Misfit(known, member.Value, $"{path}.{member.Name}") is { } misfit)
                {
                    return misfit;
                }
            }
            else if (isClosed)
            {
                return $"{path}.{member.Name} is unknown";
            }
        }

        return null;
    }

    private static string? MisfitOfNumber(JsonElement schema, JsonElement value, string path)
    {
        if (!value.TryGetDecimal(out decimal number))
        {
            return $"{path} is too large a number";
        }

        (decimal? least, decimal? most) = (Bound(schema, "minimum"), Bound(schema, "maximum"));
        return number < least ? $"{path} is less than {least}" : number > most ? $"{path} is more than {most}" : null;
    }

    private static JsonElement? List(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list : null;

    private static decimal? Bound(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out JsonElement bound) && bound.ValueKind == JsonValueKind.Number && bound.TryGetDecimal(out decimal number)
            ? number
            : null;

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && decimal.IsInteger(number),
        _ => true,
    };
}
