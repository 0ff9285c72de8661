using System.Text.Json;
using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;

namespace NodeBox.Roles.Agent;

/// <summary>Does what a decision says, under its client span.</summary>
/// <param name="decision">What was decided.</param>
/// <param name="callId">The id that the model gave its call.</param>
/// <param name="cancellation">Ends the call.</param>
internal delegate Task<FunctionResult> InvokeFunction(Decision decision, string callId, CancellationToken cancellation);

/// <summary>What came of a call.</summary>
/// <param name="Text">What the model gets to read.</param>
/// <param name="Steps">What another agent did for it, where that agent's model decided.</param>
internal sealed record FunctionResult(string Text, IReadOnlyList<TaskStep>? Steps = null);

/// <summary>Something an agent can do, offered to its model as a function.</summary>
/// <param name="Offer">What the model gets to see.</param>
/// <param name="StepOf">The step that a call with these arguments, which the offer's schema allows, takes.</param>
/// <param name="InvokeAsync">Does it.</param>
internal sealed record AgentFunction(OfferedFunction Offer, Func<JsonElement, TaskStep> StepOf, InvokeFunction InvokeAsync)
{
    public string Name => Offer.Name;
}
