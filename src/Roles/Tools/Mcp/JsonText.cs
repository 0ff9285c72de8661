using System.Text.Json;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>Reads foreign JSON more strictly than the framework does.</summary>
internal static class JsonText
{
    /// <summary>
    /// Parses one JSON value. A name that occurs twice in an object is refused, since RFC 8259 leaves open which of the two counts, and so
    /// is an escaped half of a surrogate pair, which is no text.
    /// </summary>
    /// <exception cref="JsonException">The bytes are not such a value.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        JsonDocument document = JsonDocument.Parse(utf8);
        try
        {
            Check(document.RootElement);
            return document;
        }
        catch (InvalidOperationException error)
        {
            document.Dispose();
            throw new JsonException("a string holds half of a surrogate pair", error);
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private static void Check(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    if (!names.Add(member.Name))
                    {
                        throw new JsonException($"the name {member.Name} occurs twice in an object");
                    }

                    Check(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in value.EnumerateArray())
                {
                    Check(element);
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
