using System.Text.Json;
using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Agent;

/// <summary>Subtasks that one task sends to other agents over A2A.</summary>
/// <param name="settings">The delegating agent's.</param>
/// <param name="http">The task's connections.</param>
/// <param name="plan">The task's: who decides in it decides in its subtasks, too.</param>
internal sealed class Peers(AgentSettings settings, HttpClient http, TaskPlan plan)
{
    public const string FunctionName = "delegate";

    private readonly A2AClient _client = new(http);
    private readonly Dictionary<string, Uri> _endpoints = [];

    /// <summary>The function that sends a subtask, or none where the agent knows no other.</summary>
    public IEnumerable<AgentFunction> Functions()
    {
        if (settings.Peers.Count > 0)
        {
            const string does = "Sends a subtask to another agent and returns its answer.";
            var offer = new OfferedFunction(FunctionName, does, FunctionSchemas.Delegate(settings.Peers.Keys));
            yield return new AgentFunction(offer, StepOf, DelegateAsync);
        }
    }

    private static TaskStep StepOf(JsonElement arguments) => arguments.GetProperty("text").GetString() is { Length: > 0 } text
        ? new TaskStep(Delegate: arguments.GetProperty("agent").GetString(), Text: text)
        : throw new TaskFailedException($"the model called {FunctionName} without a text");

    private async Task<FunctionResult> DelegateAsync(Decision decision, string callId, CancellationToken cancellation)
    {
        string agent = decision.Step.Delegate!;
        Uri endpoint = await DiscoverAsync(agent, cancellation).ConfigureAwait(false);
        return await ClientSpan.RunAsync(CallKind.Agent, $"invoke_agent {agent}", settings.Name, async span =>
        {
            span.SetTag(SemanticConventions.OperationName, "invoke_agent");
            span.SetTag(SemanticConventions.AgentName, agent);
            span.SetServer(endpoint);
            TaskPlan subplan = plan with { Steps = plan.Steps is null ? null : decision.Step.Steps ?? [] };
            var request = new SendMessageRequest(Message.FromUser(decision.Step.Text!, subplan));
            SendMessageResponse response = await _client.SendMessageAsync(endpoint, request, cancellation).ConfigureAwait(false);
            return AnswerOf(agent, response);
        }).ConfigureAwait(false);
    }

    // An agent's card is asked for once in a task: what it says may change between tasks, not within one.
    private async Task<Uri> DiscoverAsync(string agent, CancellationToken cancellation)
    {
        if (_endpoints.TryGetValue(agent, out Uri? known))
        {
            return known;
        }

        if (!settings.Peers.TryGetValue(agent, out Uri? url))
        {
            throw new TaskFailedException(
                $"{settings.Name} knows no agent \"{agent}\"; it knows: {string.Join(", ", settings.Peers.Keys)}");
        }

        AgentCard card = await ClientSpan.RunAsync(CallKind.AgentDiscovery, $"GET {AgentCard.WellKnownPath}", settings.Name, span =>
        {
            span.SetServer(url);
            return _client.GetAgentCardAsync(url, cancellation);
        }).ConfigureAwait(false);
        return _endpoints[agent] = card.JsonRpcEndpoint();
    }

    private static FunctionResult AnswerOf(string agent, SendMessageResponse response) => response switch
    {
        { Message: { } message } => new FunctionResult(message.Text()),
        { Task: { Status.State: TaskState.Completed } task } => new FunctionResult(task.AnswerText(), TakenSteps.Of(task)),
        { Task: { } task } => throw new TaskFailedException(
            $"{agent} ended its subtask as {task.Status.State}: {task.Status.Message?.Text()}"),
        _ => throw new TaskFailedException($"{agent} answered with nothing"),
    };
}
