namespace NodeBox.Llama.Chat;

/// <summary>
/// The ChatML template, rendered here because llama.cpp's renderer knows no tool lists. Tools are one JSON line each at the end of the
/// system message, calls are the JSON that the tool-call grammar produces, and results are turns of the role "tool".
/// </summary>
public static class ChatMl
{
    /// <summary>The template as Jinja, which model files carry.</summary>
    public const string Template =
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    /// <summary>The prompt that asks for the assistant's next turn.</summary>
    public static IReadOnlyList<PromptPart> Render(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        var parts = new List<PromptPart>();
        IEnumerable<ChatMessage> turns = messages;
        if (tools.Count > 0)
        {
            bool hasSystem = messages is [{ Role: ChatRole.System }, ..];
            string content = (hasSystem ? messages[0].Content + "\n" : "") + ToolList(tools);
            turns = messages.Skip(hasSystem ? 1 : 0).Prepend(new ChatMessage(ChatRole.System, content));
        }

        foreach (ChatMessage turn in turns)
        {
            parts.Add(new PromptPart($"<|im_start|>{NameOf(turn.Role)}\n", true));
            parts.Add(new PromptPart(Content(turn), false));
            parts.Add(new PromptPart("<|im_end|>\n", true));
        }

        parts.Add(new PromptPart("<|im_start|>assistant\n", true));
        return parts;
    }

    private static string NameOf(ChatRole role) => role switch
    {
        ChatRole.System => "system",
        ChatRole.User => "user",
        ChatRole.Assistant => "assistant",
        _ => "tool",
    };

    private static string Content(ChatMessage message)
    {
        IEnumerable<string> calls = (message.ToolCalls ?? []).Select(ToolText.Of);
        return string.Join('\n', message.Content.Length > 0 ? calls.Prepend(message.Content) : calls);
    }

    private static string ToolList(IReadOnlyList<ToolDefinition> tools) =>
        string.Join('\n', tools.Select(ToolText.Of).Prepend("tools:"));
}
