using System.Text.Json.Serialization;

namespace NodeBox.Roles.Agent.Chat;

/// <summary>One event of a streamed chat completion. Servers differ in what they leave out, so everything may be absent.</summary>
internal sealed record ChatChunk(IReadOnlyList<ChunkChoice?>? Choices = null, ChatUsage? Usage = null);

internal sealed record ChunkChoice(ChunkDelta? Delta = null, string? FinishReason = null);

internal sealed record ChunkDelta(string? Content = null, IReadOnlyList<ToolCallDelta?>? ToolCalls = null);

/// <summary>A piece of a tool call; pieces of one call have the same index.</summary>
internal sealed record ToolCallDelta(int Index = 0, string? Id = null, FunctionDelta? Function = null);

internal sealed record FunctionDelta(string? Name = null, string? Arguments = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(ChatChunk))]
internal sealed partial class ChatJson : JsonSerializerContext;
