using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeBox.Roles.Agent;

/// <summary>JSON Schemas of the functions that agents have without any tool server.</summary>
internal static class FunctionSchemas
{
    /// <summary>{agent, text}</summary>
    public static JsonElement Delegate(IEnumerable<string> agents) => Of(("agent", OneOf(agents)), ("text", Type("string")));

    /// <summary>{service, arguments}</summary>
    public static JsonElement CallService(IEnumerable<string> services) => Of(("service", OneOf(services)), ("arguments", Type("object")));

    private static JsonElement Of(params ReadOnlySpan<(string Name, JsonObject Schema)> properties)
    {
        var listed = new JsonObject();
        var required = new JsonArray();
        foreach ((string name, JsonObject schema) in properties)
        {
            listed[name] = schema;
            required.Add((JsonNode)name);
        }

        return Json.Element(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = listed,
            ["required"] = required,
            ["additionalProperties"] = false,
        });
    }

    private static JsonObject Type(string name) => new() { ["type"] = name };

    private static JsonObject OneOf(IEnumerable<string> names) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. names.Select(static name => (JsonNode)name)]),
    };
}
