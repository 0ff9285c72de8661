using System.Text.Json;
using NodeBox.Llama.Chat;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Translates the messages of a request into turns of a conversation.</summary>
internal static class MessageReader
{
    public static IReadOnlyList<ChatMessage> Read(IReadOnlyList<RequestMessage?>? messages)
    {
        if (messages is not { Count: > 0 })
        {
            throw ApiException.Invalid("messages", "'messages' must be a list of at least one message.");
        }

        return [.. messages.Select((message, i) => Read(message, $"messages[{i}]"))];
    }

    private static ChatMessage Read(RequestMessage? message, string at)
    {
        ChatRole role = message?.Role switch
        {
            "system" or "developer" => ChatRole.System,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "tool" => ChatRole.Tool,
            _ => throw ApiException.Invalid($"{at}.role", $"'{at}.role' must be one of system, developer, user, assistant, tool."),
        };
        if (role == ChatRole.Tool && string.IsNullOrEmpty(message.ToolCallId))
        {
            throw ApiException.Invalid($"{at}.tool_call_id", $"'{at}.tool_call_id' must name the call that this message answers.");
        }

        if (role != ChatRole.Assistant && message.ToolCalls is not null)
        {
            throw ApiException.Invalid($"{at}.tool_calls", $"'{at}.tool_calls' is only allowed where the role is assistant.");
        }

        ChatToolCall[] calls = [.. (message.ToolCalls ?? []).Select((call, i) => Read(call, $"{at}.tool_calls[{i}]"))];
        bool mayBeEmpty = calls.Length > 0;
        return new ChatMessage(role, Content(message.Content, $"{at}.content", mayBeEmpty), calls);
    }

    private static ChatToolCall Read(ToolCall? call, string at) =>
        call is { Type: "function", Function: { Name: { } name, Arguments: { } arguments } }
            ? new ChatToolCall(name, arguments)
            : throw ApiException.Invalid(at, $"'{at}' must have the type 'function' and a function with a name and arguments.");

    private static string Content(JsonElement? content, string at, bool mayBeEmpty) => content switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select((part, i) => Part(part, $"{at}[{i}]"))),
        null or { ValueKind: JsonValueKind.Null } when mayBeEmpty => "",
        _ => throw ApiException.Invalid(at, $"'{at}' must be a string or a list of text parts."),
    };

    private static string Part(JsonElement part, string at)
    {
        bool isText = part.ValueKind == JsonValueKind.Object
            && part.TryGetProperty("type", out JsonElement type)
            && type.ValueKind == JsonValueKind.String
            && type.ValueEquals("text");
        return isText && part.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : throw ApiException.Invalid(at, $"'{at}' must be a text part: no other is supported.");
    }
}
