namespace NodeBox.Llama.Chat;

/// <summary>How a family's prompts speak of tools. The texts given here are parts of the template.</summary>
internal sealed record ToolFormat
{
    /// <summary>For families without a format of their own: the model is told what to do.</summary>
    public static readonly ToolFormat Told = new()
    {
        ListBegin = "You can call these tools:\n",
        ListEnd = "\n\nTo call one, answer with nothing but a line of JSON: {\"name\": its name, \"arguments\": {its arguments}}.",
    };

    /// <summary>Between the system's own text and the list of tools.</summary>
    public string ListSeparator { get; init; } = "\n\n";

    public required string ListBegin { get; init; }

    public required string ListEnd { get; init; }

    /// <summary>Whether the list is one JSON array, not a line for each tool.</summary>
    public bool IsArray { get; init; }

    /// <summary>Whether each tool is an entry of the list of OpenAI's API.</summary>
    public bool IsWrapped { get; init; }

    public CallTags Calls { get; init; } = CallTags.None;

    /// <summary>What stands around a tool's result in its turn.</summary>
    public CallTags Results { get; init; } = CallTags.None;

    /// <summary>Whether results that follow each other share a turn.</summary>
    public bool GroupsResults { get; init; }

    /// <summary>The conversation with a system turn to list tools in, which is made where there is none.</summary>
    public static IReadOnlyList<ChatMessage> WithSystem(IReadOnlyList<ChatMessage> messages) =>
        messages is [{ Role: ChatRole.System }, ..] ? messages : [new ChatMessage(ChatRole.System, ""), .. messages];

    /// <summary>Writes the system's own text and the list of tools, if there are any.</summary>
    public void WriteSystem(PromptWriter prompt, string text, IReadOnlyList<ToolDefinition> tools)
    {
        prompt.Content(text);
        if (tools.Count > 0)
        {
            prompt.Template(text.Length > 0 ? ListSeparator : "");
            WriteList(prompt, tools);
        }
    }

    /// <summary>Writes the list of tools.</summary>
    public void WriteList(PromptWriter prompt, IReadOnlyList<ToolDefinition> tools)
    {
        IEnumerable<string> entries = tools.Select(tool => IsWrapped ? ToolText.Wrapped(tool) : ToolText.Of(tool));
        string list = IsArray ? $"[{string.Join(", ", entries)}]" : string.Join('\n', entries);
        prompt.Template(ListBegin).Content(list).Template(ListEnd);
    }

    /// <summary>Writes the calls of an assistant's turn, after what it said.</summary>
    public void WriteCalls(PromptWriter prompt, ChatMessage turn)
    {
        bool follows = turn.Content.Length > 0;
        foreach (ChatToolCall call in turn.ToolCalls ?? [])
        {
            prompt.Template((follows ? "\n" : "") + Calls.Begin).Content(ToolText.Of(call)).Template(Calls.End);
            follows = true;
        }
    }
}
