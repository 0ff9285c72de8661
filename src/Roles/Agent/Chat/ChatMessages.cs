using System.Text.Json;

namespace NodeBox.Roles.Agent.Chat;

/// <summary>A message of a chat. <see cref="Content"/> is null where the model only called a tool.</summary>
internal sealed record ChatMessage(string Role, string? Content, IReadOnlyList<ToolCall>? ToolCalls = null, string? ToolCallId = null)
{
    public static ChatMessage System(string content) => new("system", content);

    public static ChatMessage User(string content) => new("user", content);

    public static ChatMessage Assistant(ToolCall call) => new("assistant", null, [call]);

    public static ChatMessage ToolResult(string toolCallId, string content) => new("tool", content, ToolCallId: toolCallId);
}

/// <summary>A call that the model decided on.</summary>
internal sealed record ToolCall(string Id, string Type, CalledFunction Function)
{
    public ToolCall(string id, string name, string arguments)
        : this(id, "function", new CalledFunction(name, arguments))
    {
    }
}

/// <param name="Name">The function's name.</param>
/// <param name="Arguments">A JSON object as text, as the model wrote it.</param>
internal sealed record CalledFunction(string Name, string Arguments);

/// <summary>A function that the model may call.</summary>
internal sealed record ChatTool(string Type, OfferedFunction Function)
{
    public ChatTool(OfferedFunction function)
        : this("function", function)
    {
    }
}

/// <param name="Name">The function's name.</param>
/// <param name="Description">What it does, for the model.</param>
/// <param name="Parameters">JSON Schema of its arguments.</param>
internal sealed record OfferedFunction(string Name, string? Description, JsonElement Parameters);

/// <summary>Body of POST /v1/chat/completions.</summary>
internal sealed record ChatRequest(
    string Model,
    IReadOnlyList<ChatMessage> Messages,
    int MaxTokens,
    IReadOnlyList<ChatTool>? Tools = null,
    ToolChoice? ToolChoice = null,
    bool? ParallelToolCalls = null)
{
    public bool Stream => true;

    public StreamOptions StreamOptions => new(IncludeUsage: true);

    /// <summary>Greedy, so that a run can be repeated.</summary>
    public double Temperature => 0;
}

internal sealed record StreamOptions(bool IncludeUsage);

/// <summary>What a completed chat request produced.</summary>
/// <param name="Content">The text, empty where the model only called tools.</param>
/// <param name="ToolCalls">The calls, in order.</param>
/// <param name="FinishReason">stop, length, tool_calls or the server's own.</param>
/// <param name="Usage">Tokens, where the server counts them.</param>
/// <param name="TimeToFirstToken">From sending the request to the first streamed token.</param>
internal sealed record ChatReply(
    string Content, IReadOnlyList<ToolCall> ToolCalls, string FinishReason, ChatUsage? Usage, TimeSpan TimeToFirstToken);

internal sealed record ChatUsage(int PromptTokens = 0, int CompletionTokens = 0);
