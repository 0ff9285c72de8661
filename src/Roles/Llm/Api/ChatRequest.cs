using System.Text.Json;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Body of POST /v1/chat/completions.</summary>
internal sealed record ChatRequest : GenerationFields
{
    public IReadOnlyList<RequestMessage?>? Messages { get; init; }

    public int? MaxCompletionTokens { get; init; }

    public IReadOnlyList<RequestTool?>? Tools { get; init; }

    public JsonElement? ToolChoice { get; init; }

    public bool? ParallelToolCalls { get; init; }

    public JsonElement? ResponseFormat { get; init; }
}

internal sealed record RequestMessage
{
    public string? Role { get; init; }

    public JsonElement? Content { get; init; }

    public IReadOnlyList<ToolCall?>? ToolCalls { get; init; }

    public string? ToolCallId { get; init; }
}

internal sealed record RequestTool(string? Type, RequestFunction? Function);

internal sealed record RequestFunction(string? Name, string? Description, JsonElement? Parameters);
