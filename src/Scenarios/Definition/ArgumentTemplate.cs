using System.Buffers;
using System.Text.Json;
using NodeBox.Toml;

namespace NodeBox.Scenarios.Definition;

/// <summary>
/// Arguments of a call, written as a TOML table and sent as a JSON object. Strings may hold placeholders; a string that is nothing but one
/// placeholder, as in <c>order_id = "{order}"</c>, becomes a number.
/// </summary>
public sealed class ArgumentTemplate
{
    private readonly TomlTable _table;

    private ArgumentTemplate(TomlTable table)
    {
        _table = table;
    }

    /// <summary>The table under <c>arguments</c>; null if it is missing or wrong, which is reported.</summary>
    public static ArgumentTemplate? Read(TomlSection owner)
    {
        TomlSection section = owner.Section("arguments");
        if (!section.Exists)
        {
            return null;
        }

        var table = (TomlTable)owner.Value("arguments")!;
        Check(owner, "arguments", table);
        return new ArgumentTemplate(table);
    }

    /// <summary>A JSON object that owns its memory.</summary>
    public JsonElement Fill(IReadOnlyDictionary<string, long> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, _table, values);
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Check(TomlSection owner, string path, TomlValue value)
    {
        switch (value)
        {
            case TomlTable table:
                foreach (TomlEntry entry in table.Entries)
                {
                    Check(owner, $"{path}.{entry.Key}", entry.Value);
                }

                break;
            case TomlArray array:
                foreach ((int index, TomlValue item) in array.Items.Index())
                {
                    Check(owner, $"{path}[{index}]", item);
                }

                break;
            case TomlString text when Template.Parse(text.Value, out string problem) is null:
                owner.ErrorAt(value.Position, path, problem);
                break;
            case TomlFloat number when !double.IsFinite(number.Value):
                owner.ErrorAt(value.Position, path, "is not finite: JSON has only finite numbers");
                break;
            case TomlDateTime:
                owner.ErrorAt(value.Position, path, "is a date or time, which JSON does not have: put it in \"quotes\"");
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, TomlValue value, IReadOnlyDictionary<string, long> values)
    {
        switch (value)
        {
            case TomlTable table:
                writer.WriteStartObject();
                foreach (TomlEntry entry in table.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value, values);
                }

                writer.WriteEndObject();
                break;
            case TomlArray array:
                writer.WriteStartArray();
                foreach (TomlValue item in array.Items)
                {
                    Write(writer, item, values);
                }

                writer.WriteEndArray();
                break;
            case TomlString text:
                WriteText(writer, Template.Parse(text.Value, out _)!, values);
                break;
            case TomlInteger integer:
                writer.WriteNumberValue(integer.Value);
                break;
            case TomlFloat number:
                writer.WriteNumberValue(number.Value);
                break;
            case TomlBoolean boolean:
                writer.WriteBooleanValue(boolean.Value);
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter writer, Template text, IReadOnlyDictionary<string, long> values)
    {
        if (text.OnlyPlaceholder is { } name)
        {
            writer.WriteNumberValue(values[name]);
        }
        else
        {
            writer.WriteStringValue(text.Fill(values));
        }
    }
}
