namespace NodeBox.Llama.Chat;

/// <summary>
/// The templates of Mistral and Llama 2: the user's turns stand in [INST] brackets, and the answers end with a mark. Their versions differ in
/// white space, in where the system's text stands, and in whether they know tools. A conversation in which user and assistant take turns
/// becomes the text of llama.cpp's own renderer.
/// </summary>
/// <param name="Open">What begins a turn of the user's.</param>
/// <param name="Close">What ends it.</param>
/// <param name="BeforeAnswer">What begins an answer.</param>
internal sealed record BracketTemplate(string Open, string Close, string BeforeAnswer)
{
    private const string AfterAnswer = "</s>";

    /// <summary>What stands before a turn of the user's that is not the first.</summary>
    public string BeforeLater { get; init; } = "";

    /// <summary>What stands around the system's text.</summary>
    public CallTags System { get; init; } = new("", "\n\n");

    /// <summary>Whether the system's text stands before the user's turn, not in it.</summary>
    public bool SystemIsApart { get; init; }

    public bool TrimsAnswers { get; init; }

    public bool TrimsAll { get; init; }

    /// <summary>The family's format, which puts the list before the user's last turn; where there is none, the system's text tells of tools.</summary>
    public ToolFormat? Tools { get; init; }

    /// <summary>The prompt that asks for the assistant's next turn.</summary>
    public IReadOnlyList<PromptPart> Render(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        bool isTold = Tools is null && tools.Count > 0;
        var prompt = new PromptWriter();
        var system = new PromptWriter();
        IReadOnlyList<ChatMessage> turns = isTold ? ToolFormat.WithSystem(messages) : messages;
        int lastUser = turns.ToList().FindLastIndex(turn => turn.Role == ChatRole.User);
        for (int i = 0; i < turns.Count; i++)
        {
            switch (turns[i].Role)
            {
                case ChatRole.System:
                    WriteSystem(SystemIsApart ? prompt : system, turns[i], isTold && i == 0 ? tools : []);
                    break;
                case ChatRole.Assistant:
                    WriteAnswer(prompt, turns[i]);
                    break;
                case ChatRole.Tool when Tools is not null:
                    prompt.Template(Tools.Results.Begin).Content(turns[i].Content).Template(Tools.Results.End);
                    break;
                default:
                    WriteList(prompt, i == lastUser ? tools : []);
                    WriteUser(prompt, system, turns[i]);
                    system = new PromptWriter();
                    break;
            }
        }

        return prompt.Parts;
    }

    private void WriteSystem(PromptWriter prompt, ChatMessage turn, IReadOnlyList<ToolDefinition> tools)
    {
        prompt.Template(System.Begin);
        ToolFormat.Told.WriteSystem(prompt, Trimmed(turn.Content, TrimsAll), tools);
        prompt.Template(System.End);
    }

    private void WriteList(PromptWriter prompt, IReadOnlyList<ToolDefinition> tools)
    {
        if (tools.Count > 0)
        {
            Tools?.WriteList(prompt, tools);
        }
    }

    private void WriteUser(PromptWriter prompt, PromptWriter system, ChatMessage turn)
    {
        string before = prompt.Parts.Count > 0 ? BeforeLater : "";
        prompt.Template(before + Open).Add(system).Content(Trimmed(turn.Content, TrimsAll)).Template(Close);
    }

    private void WriteAnswer(PromptWriter prompt, ChatMessage turn)
    {
        prompt.Template(BeforeAnswer).Content(Trimmed(turn.Content, TrimsAnswers || TrimsAll));
        (Tools ?? ToolFormat.Told).WriteCalls(prompt, turn);
        prompt.Template(AfterAnswer);
    }

    private static string Trimmed(string text, bool trims) => trims ? text.Trim() : text;
}
