using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Api;

/// <summary>
/// Body of POST /v1/chat/completions. Fields that take several JSON types are checked by <see cref="ChatRequestReader"/>.
/// </summary>
internal sealed record ChatRequest
{
    public string? Model { get; init; }

    public IReadOnlyList<RequestMessage?>? Messages { get; init; }

    public int? MaxTokens { get; init; }

    public int? MaxCompletionTokens { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public int? TopK { get; init; }

    public long? Seed { get; init; }

    public JsonElement? Stop { get; init; }

    public bool? Stream { get; init; }

    public StreamOptions? StreamOptions { get; init; }

    public IReadOnlyList<RequestTool?>? Tools { get; init; }

    public JsonElement? ToolChoice { get; init; }

    /// <summary>All other fields. Not "init", which source generation cannot bind for extension data.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
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

internal sealed record StreamOptions(bool? IncludeUsage);
