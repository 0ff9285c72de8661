using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Api;

/// <summary>The answer to a chat request that is not streamed.</summary>
internal sealed record ChatCompletion(string Id, string Object, long Created, string Model, IReadOnlyList<Choice> Choices, Usage Usage);

internal sealed record Choice(int Index, AnswerMessage Message, string FinishReason);

internal sealed record AnswerMessage(
    string Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Content,
    IReadOnlyList<ToolCall>? ToolCalls = null);

/// <summary>A tool call, or in a stream a piece of one. <paramref name="Index"/> stands in streams only.</summary>
internal sealed record ToolCall(int? Index, string? Id, string? Type, CalledFunction? Function);

/// <param name="Arguments">JSON text.</param>
internal sealed record CalledFunction(string? Name, string? Arguments);

/// <summary>One event of a streamed answer.</summary>
internal sealed record ChatChunk(
    string Id, string Object, long Created, string Model, IReadOnlyList<ChunkChoice> Choices, Usage? Usage = null);

internal sealed record ChunkChoice(
    int Index,
    Delta Delta,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? FinishReason);

internal sealed record Delta(string? Role = null, string? Content = null, IReadOnlyList<ToolCall>? ToolCalls = null);

internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptDetails PromptTokensDetails);

/// <param name="CachedTokens">Tokens of the prompt that had not to be computed.</param>
internal sealed record PromptDetails(int CachedTokens);
