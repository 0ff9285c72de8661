using NodeBox.Llama.Chat;

namespace NodeBox.Training.Domain;

/// <summary>A call that an agent should make, and what comes back.</summary>
/// <param name="Tool">The function's name.</param>
/// <param name="Arguments">JSON, compact, members in the order of the tool's schema.</param>
/// <param name="Result">As the agent shows it to its model.</param>
internal sealed record Step(string Tool, string Arguments, string Result);

/// <summary>What both agents of a task are given to read before any request.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Prompt">Its system prompt.</param>
/// <param name="Tools">What it is offered.</param>
internal sealed record Setting(string Agent, string Prompt, IReadOnlyList<ToolDefinition> Tools)
{
    /// <summary>The other agent.</summary>
    public string Peer => Agent == "agent-a" ? "agent-b" : "agent-a";

    public bool Offers(string tool) => Tools.Any(offered => offered.Name == tool);
}

/// <summary>A request, the calls that answer it, and the answer.</summary>
internal sealed record Dialogue(Setting Setting, string Request, IReadOnlyList<Step> Steps, string Answer)
{
    /// <summary>The turns up to and including the result of call number <paramref name="steps"/>.</summary>
    public IReadOnlyList<ChatMessage> Turns(int steps)
    {
        var turns = new List<ChatMessage>
        {
            new(ChatRole.System, Setting.Prompt),
            new(ChatRole.User, Request),
        };
        foreach (Step step in Steps.Take(steps))
        {
            turns.Add(new ChatMessage(ChatRole.Assistant, "", [new ChatToolCall(step.Tool, step.Arguments)]));
            turns.Add(new ChatMessage(ChatRole.Tool, step.Result));
        }

        return turns;
    }

    /// <summary>All turns, the answer included.</summary>
    public IReadOnlyList<ChatMessage> AllTurns() => [.. Turns(Steps.Count), new ChatMessage(ChatRole.Assistant, Answer)];
}
