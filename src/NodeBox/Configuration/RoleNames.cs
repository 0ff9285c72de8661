namespace NodeBox.Configuration;

/// <summary>The roles that a node may have.</summary>
public static class RoleNames
{
    public const string AgentA = "agent-a";
    public const string AgentB = "agent-b";
    public const string Tools = "tools";
    public const string Baseline = "baseline";
    public const string Llm = "llm";
    public const string Collector = "collector";

    public static readonly IReadOnlyList<string> Agents = [AgentA, AgentB];

    public static readonly IReadOnlyList<string> All = [AgentA, AgentB, Tools, Baseline, Llm, Collector];
}
