using System.Text.Json;

namespace NodeBox.Llama.Chat;

/// <summary>A call that the model made in an earlier turn. <paramref name="Arguments"/> is JSON text.</summary>
public sealed record ChatToolCall(string Name, string Arguments);

/// <summary>Who speaks in a turn; in a prompt it stands in lower case.</summary>
public enum ChatRole
{
    System,
    User,
    Assistant,
    Tool,
}

/// <summary>One turn of a conversation.</summary>
/// <param name="Content">What was said; empty for an assistant turn that only called tools.</param>
/// <param name="ToolCalls">The calls of an assistant turn.</param>
public sealed record ChatMessage(ChatRole Role, string Content, IReadOnlyList<ChatToolCall>? ToolCalls = null);

/// <summary>A tool that the model may call.</summary>
/// <param name="Name">1 to 64 letters, digits, '_' and '-'.</param>
/// <param name="Description">For the model to read.</param>
/// <param name="Parameters">A JSON schema of an object; absent for a tool without parameters.</param>
public sealed record ToolDefinition(string Name, string? Description = null, JsonElement? Parameters = null);

/// <summary>
/// A piece of a prompt. Only the template's own text may name control tokens: what people and tools wrote is never read as such.
/// </summary>
public readonly record struct PromptPart(string Text, bool IsTemplate);
