using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NodeBox.Llama.Grammars;

namespace NodeBox.Llama.Chat;

/// <summary>Tools and calls as prompts show them: compact JSON, a line each.</summary>
internal static class ToolText
{
    /// <summary>A tool's name, description and parameters.</summary>
    public static string Of(ToolDefinition tool) => Json(writer => Write(tool, writer));

    /// <summary>The same, as an entry of OpenAI's list of tools, which some families were trained on.</summary>
    public static string Wrapped(ToolDefinition tool) => Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type", "function");
        writer.WritePropertyName("function");
        Write(tool, writer);
        writer.WriteEndObject();
    });

    /// <summary>A call in the form that the tool-call grammar produces.</summary>
    public static string Of(ChatToolCall call) => $"{{\"name\":{Gbnf.JsonString(call.Name)},\"arguments\":{call.Arguments}}}";

    private static void Write(ToolDefinition tool, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tool.Name);
        if (tool.Description is { } description)
        {
            writer.WriteString("description", description);
        }

        if (tool.Parameters is { } parameters)
        {
            writer.WritePropertyName("parameters");
            parameters.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
