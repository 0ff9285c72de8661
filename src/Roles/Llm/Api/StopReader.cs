using System.Text.Json;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Translates the field "stop": null, a text, or up to four of them.</summary>
internal static class StopReader
{
    private const int MaxStops = 4;
    private const int MaxLength = 256;

    public static IReadOnlyList<string> Read(JsonElement? stop, bool mayCall)
    {
        string[] stops = stop switch
        {
            null or { ValueKind: JsonValueKind.Null } => [],
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } several when several.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String)
                => [.. several.EnumerateArray().Select(one => one.GetString()!)],
            _ => throw Wrong(),
        };
        if (stops.Length > MaxStops || stops.Any(text => text.Length is 0 or > MaxLength))
        {
            throw Wrong();
        }

        // A stop text inside of a call's arguments would cut the call.
        return stops.Length == 0 || !mayCall
            ? stops
            : throw ApiException.Invalid(
                "stop", "'stop' is not supported together with tools that the model may call; set 'tool_choice' to \"none\".");
    }

    private static ApiException Wrong() =>
        ApiException.Invalid("stop", $"'stop' must be a string or a list of at most {MaxStops} strings of 1 to {MaxLength} characters.");
}
