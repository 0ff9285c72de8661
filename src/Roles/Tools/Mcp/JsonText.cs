using System.Text.Json;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>Reads foreign JSON more strictly than the framework does.</summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>
    /// Parses one JSON value. A name that occurs twice in an object is refused, since RFC 8259 leaves open which of the two counts, and so
    /// is an escaped half of a surrogate pair, which is no text: reading it later would throw.
    /// </summary>
    /// <exception cref="JsonException">The bytes are not such a value.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        JsonDocument document = JsonDocument.Parse(utf8, s_strict);
        try
        {
            ReadTexts(document.RootElement);
            return document;
        }
        catch (InvalidOperationException error)
        {
            document.Dispose();
            throw new JsonException("a text holds half of a surrogate pair", error);
        }
    }

    private static void ReadTexts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    _ = member.Name;
                    ReadTexts(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in value.EnumerateArray())
                {
                    ReadTexts(element);
                }

                break;
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            default:
                break;
        }
    }
}
