using System.Text.Json;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Grammars;

namespace NodeBox.Roles.Llm.Api;

/// <summary>The tools of a request, and the grammar that its tool_choice means.</summary>
/// <param name="Tools">What the prompt lists.</param>
/// <param name="Grammar">What an answer that may call them must follow, or null for one that may not.</param>
internal sealed record ToolUse(IReadOnlyList<ToolDefinition> Tools, string? Grammar)
{
    public bool MayCall => Grammar is not null;
}

/// <summary>Translates tools, tool_choice and parallel_tool_calls.</summary>
internal static class ToolReader
{
    private const int MaxTools = 128;
    private const int MaxParallelCalls = 8;

    /// <param name="request">The request.</param>
    /// <param name="tags">What the model writes around a call.</param>
    /// <param name="copied">The numbers that the model may say where it chooses to call; null for any.</param>
    /// <exception cref="ApiException">The tools, or the choice among them, cannot be served.</exception>
    public static ToolUse Read(ChatRequest request, CallTags tags, CopiedNumbers? copied = null)
    {
        ToolDefinition[] tools = [.. (request.Tools ?? []).Select((tool, i) => Read(tool, $"tools[{i}]"))];
        if (tools.Length > MaxTools)
        {
            throw ApiException.Invalid("tools", $"'tools' has {tools.Length} entries; at most {MaxTools} are supported.");
        }

        if (tools.GroupBy(tool => tool.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw ApiException.Invalid("tools", $"'tools' has two functions named '{twice.Key}'.");
        }

        try
        {
            int most = request.ParallelToolCalls is false ? 1 : MaxParallelCalls;
            return new ToolUse(tools, Grammar(request.ToolChoice, tools, most, tags, copied));
        }
        catch (UnsupportedSchemaException e)
        {
            throw new ApiException(400, e.Message, "tools", "unsupported_schema");
        }
    }

    private static ToolDefinition Read(RequestTool? tool, string at)
    {
        if (tool is not { Type: "function", Function: { Name: { } name } function })
        {
            throw ApiException.Invalid(at, $"'{at}' must have the type 'function' and a function with a name.");
        }

        JsonElement? parameters = function.Parameters is { ValueKind: not JsonValueKind.Null } schema ? schema : null;
        return IsName(name)
            ? new ToolDefinition(name, function.Description, parameters)
            : throw ApiException.Invalid($"{at}.function.name", $"'{at}.function.name' must be 1 to 64 letters, digits, '_' or '-'.");
    }

    private static string? Grammar(JsonElement? choice, ToolDefinition[] tools, int most, CallTags tags, CopiedNumbers? copied)
    {
        switch (choice)
        {
            case null or { ValueKind: JsonValueKind.Null }:
                return tools.Length > 0 ? ToolCallGrammar.CallOrText(tools, most, tags, copied) : null;
            case { ValueKind: JsonValueKind.String } word when word.ValueEquals("none"):
                return null;
            case { ValueKind: JsonValueKind.String } word when word.ValueEquals("auto") && tools.Length > 0:
                return ToolCallGrammar.CallOrText(tools, most, tags, copied);
            case { ValueKind: JsonValueKind.String } word when word.ValueEquals("required") && tools.Length > 0:
                return ToolCallGrammar.Call(tools, most, tags);
            case { ValueKind: JsonValueKind.Object } named:
                return ToolCallGrammar.Call([Chosen(named, tools)], tags: tags);
            default:
                throw ApiException.Invalid(
                    "tool_choice", "'tool_choice' must be none, or with tools auto, required, or an object that names a function.");
        }
    }

    private static ToolDefinition Chosen(JsonElement choice, ToolDefinition[] tools)
    {
        bool isNamed = choice.TryGetProperty("type", out JsonElement type)
            && type.ValueKind == JsonValueKind.String
            && type.ValueEquals("function")
            && choice.TryGetProperty("function", out JsonElement function)
            && function.ValueKind == JsonValueKind.Object
            && function.TryGetProperty("name", out JsonElement name)
            && name.ValueKind == JsonValueKind.String;
        string? chosen = isNamed ? choice.GetProperty("function").GetProperty("name").GetString() : null;
        return tools.FirstOrDefault(tool => tool.Name == chosen)
            ?? throw ApiException.Invalid("tool_choice", chosen is null
                ? "'tool_choice' names no function."
                : $"'tool_choice' names the function '{chosen}', which is not among 'tools'.");
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= 64 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');
}
