using System.Text.Json;
using NodeBox.Llama.Grammars;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Translates response_format into the grammar that the answer must follow; null for any text.</summary>
internal static class FormatReader
{
    private const string Field = "response_format";

    public static string? Read(JsonElement? format)
    {
        switch (Text(format, "type"))
        {
            case null when format is null or { ValueKind: JsonValueKind.Null }:
            case "text":
                return null;
            case "json_object":
                return JsonGrammar.AnyObject();
            case "json_schema":
                return OfSchema(format!.Value);
            default:
                throw ApiException.Invalid(Field, "'response_format' must have the type text, json_object or json_schema.");
        }
    }

    private static string OfSchema(JsonElement format)
    {
        if (!format.TryGetProperty("json_schema", out JsonElement named)
            || Text(named, "name") is not { Length: > 0 } name
            || !named.TryGetProperty("schema", out JsonElement schema))
        {
            throw ApiException.Invalid(Field, "'response_format.json_schema' must have a name and a schema.");
        }

        try
        {
            return JsonGrammar.Of(schema, name);
        }
        catch (UnsupportedSchemaException e)
        {
            throw new ApiException(400, e.Message, Field, "unsupported_schema");
        }
    }

    private static string? Text(JsonElement? from, string member) =>
        from is { ValueKind: JsonValueKind.Object } found
        && found.TryGetProperty(member, out JsonElement text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;
}
