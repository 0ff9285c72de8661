using NodeBox.A2A;

namespace NodeBox.Roles.Agent;

/// <summary>The card of an agent of the testbed.</summary>
internal static class AgentCards
{
    /// <param name="settings">The agent's.</param>
    /// <param name="url">The address by which the client has reached the agent: the one that certainly leads there.</param>
    public static AgentCard Of(AgentSettings settings, string url) => new(
        settings.Name,
        $"The agent \"{settings.Name}\" of a nodebox testbed.",
        typeof(AgentCards).Assembly.GetName().Version?.ToString(3) ?? "0.0.0",
        [new AgentInterface(url, AgentInterface.JsonRpc, ProtocolVersion.Supported)],
        new AgentCapabilities(
            Streaming: false,
            PushNotifications: false,
            [
                new AgentExtension(
                    TaskPlan.ExtensionUri, "A data part with this key scripts the agent's decisions, or leaves them to its model.", Required: false),
                new AgentExtension(
                    TakenSteps.ExtensionUri, "A data part of the answer with this key says what the agent's model decided.", Required: false),
            ]),
        ["text/plain", "application/json"],
        ["text/plain"],
        [
            new AgentSkill(
                "answer", "Answer", "Answers a request, with tools, services and other agents where the plan says so.", ["testbed"]),
        ]);
}
