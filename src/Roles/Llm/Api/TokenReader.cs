using System.Text.Json;
using NodeBox.Llama.Chat;

namespace NodeBox.Roles.Llm.Api;

/// <summary>A text, or the tokens of one; one of the two is null.</summary>
internal readonly record struct TextOrTokens(string? Text, int[]? Tokens)
{
    /// <summary>The text as a prompt. Control tokens may be written in it: whoever sends a bare prompt has rendered a template.</summary>
    public IReadOnlyList<PromptPart>? Parts => Text is null ? null : [new PromptPart(Text, true)];
}

/// <summary>Translates fields that may be a text, its tokens, or a list of either.</summary>
internal static class TokenReader
{
    private const int MaxEntries = 2048;

    /// <summary>The texts of a field, at least one.</summary>
    public static IReadOnlyList<TextOrTokens> ReadAll(JsonElement? value, string name)
    {
        if (value is not { ValueKind: JsonValueKind.Array } list || IsTokens(list))
        {
            return [Read(value, name)];
        }

        return list.GetArrayLength() is >= 1 and <= MaxEntries
            ? [.. list.EnumerateArray().Select((entry, i) => Read(entry, $"{name}[{i}]"))]
            : throw ApiException.Invalid(name, $"'{name}' must have 1 to {MaxEntries} entries.");
    }

    /// <summary>The one text of a field.</summary>
    public static TextOrTokens Read(JsonElement? value, string name) => value switch
    {
        { ValueKind: JsonValueKind.String } text => new TextOrTokens(text.GetString(), null),
        { ValueKind: JsonValueKind.Array } list when IsTokens(list) => new TextOrTokens(null, [.. list.EnumerateArray().Select(Token)]),
        _ => throw ApiException.Invalid(name, $"'{name}' must be a string or a list of tokens."),
    };

    private static bool IsTokens(JsonElement list) =>
        list.GetArrayLength() > 0 && list.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.Number);

    // What is no token at all is refused where the vocabulary is known.
    private static int Token(JsonElement number) => number.TryGetInt32(out int token) ? token : -1;
}
