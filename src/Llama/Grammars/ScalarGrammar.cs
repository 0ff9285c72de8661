using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>GBNF for the values that a schema lists as const or enum, each checked against the schema's other keywords.</summary>
internal static class ScalarGrammar
{
    private static readonly string[] s_bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

    public static string Choice(IEnumerable<JsonElement> values, JsonElement schema, string[] types, string path)
    {
        string[] literals = [.. values.Select(value => Gbnf.Literal(Text(value, schema, types, path)))];
        return literals.Length == 1 ? literals[0] : $"( {string.Join(" | ", literals)} )";
    }

    private static string Text(JsonElement value, JsonElement schema, string[] types, string path)
    {
        string[] itsTypes = value.ValueKind switch
        {
            JsonValueKind.String => ["string"],
            JsonValueKind.Number => value.TryGetInt64(out _) ? ["integer", "number"] : ["number"],
            JsonValueKind.True or JsonValueKind.False => ["boolean"],
            JsonValueKind.Null => ["null"],
            _ => throw new UnsupportedSchemaException(path, "has a const or enum value that is an object or an array"),
        };
        string text = value.ValueKind == JsonValueKind.String ? Gbnf.JsonString(value.GetString()!) : value.GetRawText();
        bool isAllowed = (types.Length == 0 || types.Intersect(itsTypes).Any()) && IsInRange(value, schema, types, path);
        return isAllowed
            ? text
            : throw new UnsupportedSchemaException(path, $"has the value {text}, which its other keywords do not allow");
    }

    private static bool IsInRange(JsonElement value, JsonElement schema, string[] types, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when types.Length > 0:
                bool hasBounds = s_bounds.Any(bound => schema.TryGetProperty(bound, out _));
                return !hasBounds || (value.TryGetDecimal(out decimal number) && NumberBounds.Read(schema, path).Contains(number));
            case JsonValueKind.String when types.Length > 0:
                (int least, int most) = SchemaGrammar.Counts(schema, "minLength", "maxLength", int.MaxValue, path);
                int length = value.GetString()!.EnumerateRunes().Count();
                return length >= least && length <= most;
            default:
                return true;
        }
    }
}
