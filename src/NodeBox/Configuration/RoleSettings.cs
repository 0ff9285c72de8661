using NodeBox.Roles.Agent;
using NodeBox.Roles.Baseline;
using NodeBox.Roles.Collector;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Tools;

namespace NodeBox.Configuration;

/// <summary>A node's settings of each role that it has; those of roles that it lacks are the defaults and unused.</summary>
public sealed record RoleSettings
{
    /// <summary>The node's agents: none, agent-a, agent-b or both.</summary>
    public IReadOnlyList<AgentSettings> Agents { get; init; } = [];

    public ToolsSettings Tools { get; init; } = new();

    public BaselineSettings Baseline { get; init; } = new();

    public LlmSettings Llm { get; init; } = new();

    public CollectorSettings Collector { get; init; } = new();
}
