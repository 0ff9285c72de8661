using System.Text.Json;

namespace NodeBox.Roles.Agent;

/// <summary>Settings of one agent. agent-a and agent-b are the same code with other settings.</summary>
public sealed record AgentSettings
{
    /// <summary>The AgentID, for example "agent-a".</summary>
    public required string Name { get; init; }

    /// <summary>Where the agent takes A2A requests.</summary>
    public required int Port { get; init; }

    /// <summary>The system prompt's text.</summary>
    public required string Prompt { get; init; }

    /// <summary>Base URL of an OpenAI-compatible server, without /v1.</summary>
    public required Uri LlmUrl { get; init; }

    /// <summary>Whether that server is outside of the testbed: only such a one gets the key of the environment.</summary>
    public bool LlmIsForeign { get; init; }

    /// <summary>A file that holds the server's key, or null.</summary>
    public string? LlmKeyFile { get; init; }

    /// <summary>The model to ask that server for.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// The LLM of the agent's own node, for tasks that chose <see cref="Telemetry.Http.Backends.Separate"/>; null where a testbed has one
    /// topology.
    /// </summary>
    public LlmServer? OwnLlm { get; init; }

    /// <summary>Upper bound of tokens of one decision; a decision's arguments must fit, and where the model decides its answer, too.</summary>
    public int DecisionMaxTokens { get; init; } = 512;

    /// <summary>Upper bound of tokens of the answer to a message without a plan.</summary>
    public int AnswerMaxTokens { get; init; } = 64;

    /// <summary>MCP endpoints by the name that plans use before the dot, for example "db".</summary>
    public IReadOnlyDictionary<string, Uri> ToolServers { get; init; } = new Dictionary<string, Uri>();

    /// <summary>Base URLs of the agents that this one may delegate to.</summary>
    public IReadOnlyDictionary<string, Uri> Peers { get; init; } = new Dictionary<string, Uri>();

    /// <summary>URLs that calls of services outside the agents are posted to.</summary>
    public IReadOnlyDictionary<string, Uri> Services { get; init; } = new Dictionary<string, Uri>();

    /// <summary>JSON Schema of what these services take.</summary>
    public JsonElement ServiceArguments { get; init; } = JsonElement.Parse("""{"type":"object"}""");

    /// <summary>How many steps the agent takes for one message before it gives up.</summary>
    public int StepLimit { get; init; } = 16;

    /// <summary>How long the agent works at one message, waiting in its queue included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many messages are worked at together.</summary>
    public int MaxConcurrentTasks { get; init; } = 64;

    /// <summary>How many further messages may wait; one more is refused.</summary>
    public int QueueLimit { get; init; } = 256;

    /// <summary>How many characters of a tool's result the model gets to read; what is longer is cut, and says so.</summary>
    public int ToolResultLimit { get; init; } = 500;
}
