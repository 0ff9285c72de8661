using NodeBox.Roles.Agent.Chat;

namespace NodeBox.Roles.Agent;

/// <summary>Does what a decision says, under its client span, and returns the result as text.</summary>
/// <param name="decision">What was decided.</param>
/// <param name="callId">The id that the model gave its call.</param>
/// <param name="cancellation">Ends the call.</param>
internal delegate Task<string> InvokeFunction(Decision decision, string callId, CancellationToken cancellation);

/// <summary>Something an agent can do, offered to its model as a function.</summary>
/// <param name="Offer">What the model gets to see.</param>
/// <param name="InvokeAsync">Does it.</param>
internal sealed record AgentFunction(OfferedFunction Offer, InvokeFunction InvokeAsync)
{
    public string Name => Offer.Name;
}
