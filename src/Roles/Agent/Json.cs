using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NodeBox.Roles.Agent;

/// <summary>Small conversions between JSON as text, elements and nodes, without reflection.</summary>
internal static class Json
{
    public static readonly JsonElement EmptyObject = Element([]);

    /// <summary>An object of strings and elements; members whose value is null are left out.</summary>
    public static JsonElement Object(params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var json = new JsonObject();
        foreach ((string name, object? value) in members)
        {
            if (value is not null)
            {
                json[name] = value is JsonElement element ? Node(element) : JsonValue.Create((string)value);
            }
        }

        return Element(json);
    }

    public static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());

    public static JsonElement Element(JsonObject json) => JsonSerializer.SerializeToElement(json, NodeJson.Default.JsonObject);

    /// <summary>The object that a text is; false for one that is none, or in which a text is not Unicode.</summary>
    public static bool TryParseObject(string text, out JsonElement json)
    {
        json = default;
        try
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            using JsonDocument document = JsonDocument.Parse(utf8);
            json = document.RootElement.Clone();
            return json.ValueKind == JsonValueKind.Object && JsonText.HalfSurrogateAt(utf8) is null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class NodeJson : JsonSerializerContext;
