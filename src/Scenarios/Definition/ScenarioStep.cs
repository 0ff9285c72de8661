using NodeBox.A2A;

namespace NodeBox.Scenarios.Definition;

/// <summary>One scripted decision of an agent, before a task's values are filled in. Exactly one of the first three is set.</summary>
/// <param name="Tool">An MCP tool as <c>server.tool</c>.</param>
/// <param name="Delegate">The agent that gets a subtask.</param>
/// <param name="Service">The service to call.</param>
/// <param name="Arguments">The tool's or the service's arguments; null for none.</param>
/// <param name="Text">The subtask's text, with <paramref name="Delegate"/>.</param>
/// <param name="Steps">The subtask's own steps, with <paramref name="Delegate"/>.</param>
public sealed record ScenarioStep(
    string? Tool,
    string? Delegate,
    string? Service,
    ArgumentTemplate? Arguments,
    Template? Text,
    IReadOnlyList<ScenarioStep> Steps)
{
    /// <summary>The step with a task's values.</summary>
    public TaskStep Fill(IReadOnlyDictionary<string, long> values)
    {
        return new TaskStep(
            Tool,
            Delegate,
            Service,
            Arguments?.Fill(values),
            Text?.Fill(values),
            Delegate is null ? null : [.. Steps.Select(step => step.Fill(values))]);
    }
}
