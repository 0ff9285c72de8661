using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Agent;

/// <summary>
/// An agent's work at one message: decide by the model, act, show the model the result, and so on until the plan is done or the model has
/// no more to do; then answer. Not thread-safe.
/// </summary>
internal sealed class TaskRun : IAsyncDisposable
{
    private readonly AgentSettings _settings;
    private readonly TaskConnections _connections;
    private readonly LlmServer _llm;
    private readonly ChatClient _chat;
    private readonly McpTools _tools;
    private readonly TaskPlan _plan;
    private readonly List<ChatMessage> _messages;
    private readonly Dictionary<string, AgentFunction> _functions = [];

    public TaskRun(AgentSettings settings, TaskConnections connections, LlmKey? key, string text, TaskPlan? plan)
    {
        _settings = settings;
        _connections = connections;
        _llm = (Backends.ChoseSeparate(Spans.Current) ? settings.OwnLlm : null) ?? new LlmServer(settings.LlmUrl, settings.Model);
        _chat = new ChatClient(connections.Http, _llm.Url, settings.Name, key);
        _tools = new McpTools(settings, connections);
        _plan = plan ?? new TaskPlan(settings.AnswerMaxTokens, []);
        _messages = [ChatMessage.System(settings.Prompt), ChatMessage.User(text)];
    }

    /// <summary>What is being done now, for the message that says where a task failed.</summary>
    public string Doing { get; private set; } = "starting";

    /// <summary>Takes the plan's steps, or those that the model decides on, and returns the model's answer.</summary>
    /// <exception cref="TaskFailedException">A decision cannot be followed; other failures are those of the calls made.</exception>
    public async Task<Answer> AnswerAsync(CancellationToken cancellation)
    {
        if (Backends.ChoseSeparate(Spans.Current) && _settings.OwnLlm is null)
        {
            throw new TaskFailedException(
                $"the task wants the LLM of {_settings.Name}'s own node, and the node was not started with --backends shared,separate");
        }

        Decision[]? decided = _plan.Steps is { } steps ? [.. steps.Select(Decision.Of)] : null;
        await GatherFunctionsAsync(cancellation).ConfigureAwait(false);
        return decided is null
            ? await DecideAsync(cancellation).ConfigureAwait(false)
            : await FollowAsync(decided, cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync().ConfigureAwait(false);
        _connections.Dispose();
    }

    private async Task<Answer> FollowAsync(Decision[] decisions, CancellationToken cancellation)
    {
        for (int i = 0; i < decisions.Length; i++)
        {
            if (i == _settings.StepLimit)
            {
                throw new TaskFailedException($"the limit of {_settings.StepLimit} steps was reached; the plan has {decisions.Length}");
            }

            Doing = $"step {i + 1} ({decisions[i].Title})";
            await TakeAsync(decisions[i], cancellation).ConfigureAwait(false);
        }

        Doing = "answering";
        ChatReply answer = await _chat.CompleteAsync(FinalRequest(), cancellation).ConfigureAwait(false);
        return new Answer(answer.Content);
    }

    private async Task<Answer> DecideAsync(CancellationToken cancellation)
    {
        var open = new OpenDecision(_functions);
        var taken = new List<TaskStep>();
        while (true)
        {
            Doing = $"decision {taken.Count + 1}";
            ChatReply reply = await _chat.CompleteAsync(OpenRequest(), cancellation).ConfigureAwait(false);
            if (OpenDecision.CallIn(reply) is not { } call)
            {
                return new Answer(reply.Content, taken);
            }

            if (taken.Count == _settings.StepLimit)
            {
                throw new TaskFailedException($"the limit of {_settings.StepLimit} steps was reached, and the model called {call.Function.Name}");
            }

            (AgentFunction function, Decision decision) = open.Read(call);
            Doing = $"step {taken.Count + 1} ({decision.Title})";
            FunctionResult result = await InvokeAsync(function, decision, call, cancellation).ConfigureAwait(false);
            taken.Add(decision.Step with { Steps = result.Steps });
        }
    }

    private async Task GatherFunctionsAsync(CancellationToken cancellation)
    {
        var peers = new Peers(_settings, _connections.Http, _plan);
        var services = new Services(_settings, _connections.Http);
        Offer(peers.Functions().Concat(services.Functions()));
        foreach (string server in Servers())
        {
            Doing = $"connecting to tool server \"{server}\"";
            Offer(await _tools.ConnectAsync(server, cancellation).ConfigureAwait(false));
        }
    }

    // A script is offered the servers that it uses; a model may choose among all.
    private IEnumerable<string> Servers() => _plan.Steps is { } steps
        ? steps.Select(static step => step.Tool?.Split('.')[0]).OfType<string>().Distinct()
        : _settings.ToolServers.Keys;

    private void Offer(IEnumerable<AgentFunction> functions)
    {
        foreach (AgentFunction function in functions)
        {
            if (!_functions.TryAdd(function.Name, function))
            {
                throw new TaskFailedException($"two tools have the function name \"{function.Name}\"; rename one of them");
            }
        }
    }

    private async Task TakeAsync(Decision decision, CancellationToken cancellation)
    {
        if (!_functions.TryGetValue(decision.Function, out AgentFunction? function))
        {
            throw new TaskFailedException($"{_settings.Name} has no \"{decision.Function}\"; it has: {string.Join(", ", _functions.Keys)}");
        }

        var request = new ChatRequest(
            _llm.Model, _messages, _settings.DecisionMaxTokens, decision.Narrow(_functions.Values), new ToolChoice(decision.Function));
        ToolCall call = decision.Require(await _chat.CompleteAsync(request, cancellation).ConfigureAwait(false));
        await InvokeAsync(function, decision, call, cancellation).ConfigureAwait(false);
    }

    private async Task<FunctionResult> InvokeAsync(
        AgentFunction function, Decision decision, ToolCall call, CancellationToken cancellation)
    {
        FunctionResult result = await function.InvokeAsync(decision, call.Id, cancellation).ConfigureAwait(false);
        _messages.Add(ChatMessage.Assistant(call));
        _messages.Add(ChatMessage.ToolResult(call.Id, Shorten(result.Text)));
        return result;
    }

    // What the model says next may be a decision or the answer, so that the larger bound holds.
    private ChatRequest OpenRequest()
    {
        var request = new ChatRequest(_llm.Model, _messages, Math.Max(_settings.DecisionMaxTokens, _plan.AnswerMaxTokens));
        return _functions.Count == 0 ? request : request with { Tools = OfferedTools(), ParallelToolCalls = false };
    }

    // A request without tools must not name a choice among them.
    private ChatRequest FinalRequest()
    {
        var request = new ChatRequest(_llm.Model, _messages, _plan.AnswerMaxTokens);
        return _functions.Count == 0 ? request : request with { Tools = OfferedTools(), ToolChoice = ToolChoice.None };
    }

    private ChatTool[] OfferedTools() => [.. _functions.Values.Select(static function => new ChatTool(function.Offer))];

    private string Shorten(string result) => result.Length <= _settings.ToolResultLimit
        ? result
        : $"{result[.._settings.ToolResultLimit]}… ({result.Length - _settings.ToolResultLimit} more characters)";
}
