using System.Globalization;
using System.Text.Json;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>One parameter of a tool: what its input schema says and what its calls are checked against.</summary>
internal sealed record ToolParameter
{
    private ToolParameter(string name, string type, string description, bool required)
    {
        Name = name;
        Type = type;
        Description = description;
        Required = required;
    }

    public string Name { get; }

    public bool Required { get; }

    private string Type { get; }

    private string Description { get; }

    private decimal Min { get; init; }

    private decimal Max { get; init; }

    private IReadOnlyList<string> Choices { get; init; } = [];

    public static ToolParameter Integer(string name, string description, long min, long max, bool required = true) =>
        new(name, "integer", description, required) { Min = min, Max = max };

    public static ToolParameter Number(string name, string description, decimal min, decimal max) =>
        new(name, "number", description, required: true) { Min = min, Max = max };

    public static ToolParameter Choice(string name, string description, IReadOnlyList<string> choices, bool required = true) =>
        new(name, "string", description, required) { Choices = choices };

    /// <summary>Throws unless <paramref name="value"/> is what the schema asks for.</summary>
    public void Check(JsonElement value)
    {
        bool fits = Type switch
        {
            "string" => value.ValueKind == JsonValueKind.String && Choices.Contains(value.GetString()),
            "integer" => IsInRange(value) && decimal.IsInteger(value.GetDecimal()),
            _ => IsInRange(value),
        };
        if (!fits)
        {
            throw new ToolFailedException($"{Name} must be {Expectation()}");
        }
    }

    public void WriteSchema(Utf8JsonWriter schema)
    {
        schema.WriteStartObject(Name);
        schema.WriteString("type", Type);
        schema.WriteString("description", Description);
        if (Type == "string")
        {
            schema.WriteStartArray("enum");
            foreach (string choice in Choices)
            {
                schema.WriteStringValue(choice);
            }

            schema.WriteEndArray();
        }
        else
        {
            schema.WriteNumber("minimum", Min);
            schema.WriteNumber("maximum", Max);
        }

        schema.WriteEndObject();
    }

    private bool IsInRange(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && number >= Min && number <= Max;

    private string Expectation() => Type == "string"
        ? $"one of {string.Join(", ", Choices)}"
        : string.Create(CultureInfo.InvariantCulture, $"{(Type == "integer" ? "an integer" : "a number")} from {Min} to {Max}");
}
