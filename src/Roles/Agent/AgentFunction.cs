using System.Text.Json;
using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;

namespace NodeBox.Roles.Agent;

/// <summary>A decision's outcome: what the model asked for and the step of the plan that it is.</summary>
internal sealed record DecidedCall(ToolCall Call, JsonElement Arguments, TaskStep Step);

/// <summary>Something an agent can do, offered to its model as a function.</summary>
/// <param name="Offer">What the model gets to see.</param>
/// <param name="InvokeAsync">Does it under its client span and returns the result as text.</param>
internal sealed record AgentFunction(OfferedFunction Offer, Func<DecidedCall, CancellationToken, Task<string>> InvokeAsync)
{
    public string Name => Offer.Name;
}
