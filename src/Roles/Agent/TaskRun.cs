using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;
using NodeBox.Telemetry.Http;

namespace NodeBox.Roles.Agent;

/// <summary>
/// An agent's work at one message: decide by the model, act, show the model the result, and so on until the plan is done; then answer.
/// Not thread-safe.
/// </summary>
internal sealed class TaskRun : IAsyncDisposable
{
    private readonly AgentSettings _settings;
    private readonly TaskConnections _connections;
    private readonly ChatClient _chat;
    private readonly McpTools _tools;
    private readonly TaskPlan _plan;
    private readonly List<ChatMessage> _messages;
    private readonly Dictionary<string, AgentFunction> _functions = [];

    public TaskRun(AgentSettings settings, TaskConnections connections, string text, TaskPlan? plan)
    {
        _settings = settings;
        _connections = connections;
        _chat = new ChatClient(connections.Http, settings.LlmUrl, settings.Name);
        _tools = new McpTools(settings, connections);
        _plan = plan ?? new TaskPlan(settings.AnswerMaxTokens, []);
        _messages = [ChatMessage.System(settings.Prompt), ChatMessage.User(text)];
    }

    /// <summary>What is being done now, for the message that says where a task failed.</summary>
    public string Doing { get; private set; } = "starting";

    /// <summary>Takes the plan's steps and returns the model's answer.</summary>
    /// <exception cref="TaskFailedException">The plan cannot be followed; other failures are those of the calls made.</exception>
    public async Task<string> AnswerAsync(CancellationToken cancellation)
    {
        Decision[] decisions = [.. _plan.Steps.Select(Decision.Of)];
        await GatherFunctionsAsync(cancellation).ConfigureAwait(false);
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
        return answer.Content;
    }

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync().ConfigureAwait(false);
        _connections.Dispose();
    }

    private async Task GatherFunctionsAsync(CancellationToken cancellation)
    {
        var peers = new Peers(_settings, _connections.Http, _plan.AnswerMaxTokens);
        var services = new Services(_settings, _connections.Http);
        Offer(peers.Functions().Concat(services.Functions()));
        foreach (string server in _plan.Steps.Select(static step => step.Tool?.Split('.')[0]).OfType<string>().Distinct())
        {
            Doing = $"connecting to tool server \"{server}\"";
            Offer(await _tools.ConnectAsync(server, cancellation).ConfigureAwait(false));
        }
    }

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
            _settings.Model, _messages, _settings.DecisionMaxTokens, decision.Narrow(_functions.Values), new ToolChoice(decision.Function));
        ToolCall call = decision.Require(await _chat.CompleteAsync(request, cancellation).ConfigureAwait(false));
        string result = await function.InvokeAsync(decision, call.Id, cancellation).ConfigureAwait(false);
        _messages.Add(ChatMessage.Assistant(call));
        _messages.Add(ChatMessage.ToolResult(call.Id, Shorten(result)));
    }

    // A request without tools must not name a choice among them.
    private ChatRequest FinalRequest()
    {
        var request = new ChatRequest(_settings.Model, _messages, _plan.AnswerMaxTokens);
        ChatTool[] tools = [.. _functions.Values.Select(static function => new ChatTool(function.Offer))];
        return tools.Length == 0 ? request : request with { Tools = tools, ToolChoice = ToolChoice.None };
    }

    private string Shorten(string result) => result.Length <= _settings.ToolResultLimit
        ? result
        : $"{result[.._settings.ToolResultLimit]}… ({result.Length - _settings.ToolResultLimit} more characters)";
}
