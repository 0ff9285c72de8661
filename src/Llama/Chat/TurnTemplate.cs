namespace NodeBox.Llama.Chat;

/// <summary>
/// A template in which every turn stands between marks that name its role. A conversation without tools becomes the text of llama.cpp's
/// own renderer.
/// </summary>
/// <param name="BeforeRole">What begins a turn.</param>
/// <param name="AfterRole">What separates a role from what it says.</param>
/// <param name="End">What ends a turn.</param>
internal sealed record TurnTemplate(string BeforeRole, string AfterRole, string End)
{
    /// <summary>What the assistant is called.</summary>
    public string Assistant { get; init; } = "assistant";

    /// <summary>Whose turn a tool's result is.</summary>
    public string Tool { get; init; } = "user";

    /// <summary>Whether the family knows no system role, so that its text begins the user's turn.</summary>
    public bool MergesSystem { get; init; }

    /// <summary>Whether white space around what is said is left out.</summary>
    public bool Trims { get; init; }

    /// <summary>What follows the mark of the answer's turn where there are tools.</summary>
    public string AnswerWithTools { get; init; } = "";

    public ToolFormat Tools { get; init; } = ToolFormat.Told;

    /// <summary>The prompt that asks for the assistant's next turn.</summary>
    public IReadOnlyList<PromptPart> Render(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        var prompt = new PromptWriter();
        foreach ((ChatRole role, PromptWriter said) in Turns(messages, tools))
        {
            prompt.Template(Mark(role)).Add(said).Template(End);
        }

        return prompt.Template(Mark(ChatRole.Assistant) + (tools.Count > 0 ? AnswerWithTools : "")).Parts;
    }

    private List<(ChatRole Role, PromptWriter Said)> Turns(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        var turns = new List<(ChatRole Role, PromptWriter Said)>();
        foreach (ChatMessage message in tools.Count > 0 ? ToolFormat.WithSystem(messages) : messages)
        {
            PromptWriter said = Said(message, turns.Count == 0 ? tools : []);
            if (turns is [.., var last] && Joint(last.Role, message.Role) is { } joint)
            {
                turns[^1] = (message.Role, last.Said.Template(joint).Add(said));
            }
            else
            {
                turns.Add((message.Role, said));
            }
        }

        return turns;
    }

    /// <summary>What is written between two turns that become one; null where they do not.</summary>
    private string? Joint(ChatRole before, ChatRole role) => (before, role) switch
    {
        (ChatRole.Tool, ChatRole.Tool) when Tools.GroupsResults => "\n",
        (ChatRole.System, not ChatRole.Assistant) when MergesSystem => "\n\n",
        _ => null,
    };

    private PromptWriter Said(ChatMessage message, IReadOnlyList<ToolDefinition> tools)
    {
        var said = new PromptWriter();
        string content = Trims ? message.Content.Trim() : message.Content;
        if (message.Role == ChatRole.Tool)
        {
            return said.Template(Tools.Results.Begin).Content(content).Template(Tools.Results.End);
        }

        Tools.WriteSystem(said, content, tools);
        Tools.WriteCalls(said, message);
        return said;
    }

    private string Mark(ChatRole role) => BeforeRole + NameOf(role) + AfterRole;

    private string NameOf(ChatRole role) => role switch
    {
        ChatRole.System => MergesSystem ? "user" : "system",
        ChatRole.User => "user",
        ChatRole.Assistant => Assistant,
        _ => Tool,
    };
}
