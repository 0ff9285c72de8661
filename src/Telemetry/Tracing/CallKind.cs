namespace NodeBox.Telemetry.Tracing;

/// <summary>What an outgoing call is. The lower-case name is the value of <see cref="SemanticConventions.Call"/>.</summary>
public enum CallKind
{
    /// <summary>An inference request to an LLM server.</summary>
    Llm,

    /// <summary>An MCP tools/call.</summary>
    Tool,

    /// <summary>An A2A message to an agent.</summary>
    Agent,

    /// <summary>A request to a service that is neither: the baseline chain.</summary>
    Service,

    /// <summary>MCP's housekeeping, such as initialize and tools/list. Never counted as a call.</summary>
    ToolDiscovery,

    /// <summary>Asking for an agent's card. Never counted as a call.</summary>
    AgentDiscovery,
}
