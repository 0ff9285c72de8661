using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Roles.Agent.Chat;

/// <summary>Which function the model must call; null means that it must call none.</summary>
[JsonConverter(typeof(ToolChoiceConverter))]
internal sealed record ToolChoice(string? Function)
{
    public static readonly ToolChoice None = new((string?)null);
}

/// <summary>"none", or an object that names the function.</summary>
internal sealed class ToolChoiceConverter : JsonConverter<ToolChoice>
{
    public override ToolChoice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("a tool choice is only ever sent");

    public override void Write(Utf8JsonWriter writer, ToolChoice value, JsonSerializerOptions options)
    {
        if (value.Function is null)
        {
            writer.WriteStringValue("none");
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("name", value.Function);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
