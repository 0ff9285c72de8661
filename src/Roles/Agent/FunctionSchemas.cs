using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeBox.Roles.Agent;

/// <summary>JSON Schemas of the functions that agents have without any tool server.</summary>
internal static class FunctionSchemas
{
    private const int MaxTextLength = 400;

    /// <summary>{agent, text}</summary>
    public static JsonElement Delegate(IEnumerable<string> agents) =>
        Of(("agent", OneOf(agents)), ("text", new JsonObject { ["type"] = "string", ["maxLength"] = MaxTextLength }));

    /// <summary>{service, arguments}</summary>
    public static JsonElement CallService(IEnumerable<string> services, JsonElement arguments) =>
        Of(("service", OneOf(services)), ("arguments", Json.Node(arguments)!));

    private static JsonElement Of(params ReadOnlySpan<(string Name, JsonNode Schema)> properties)
    {
        var listed = new JsonObject();
        var required = new JsonArray();
        foreach ((string name, JsonNode schema) in properties)
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

    private static JsonObject OneOf(IEnumerable<string> names) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. names.Select(static name => (JsonNode)name)]),
    };
}
