using System.Diagnostics;
using ModelContextProtocol;
using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Agent;

/// <summary>
/// Takes messages and returns finished tasks. Whatever goes wrong while it works at a message makes that task FAILED with the reason in
/// its status; only a message that cannot be taken at all is an A2A error.
/// </summary>
internal sealed class AgentLoop(AgentSettings settings, CutSlice cut) : IDisposable
{
    private const int RememberedTasks = 256;

    private readonly TaskGate _gate = new(settings.Name, settings.MaxConcurrentTasks, settings.QueueLimit);
    private readonly CallConnections _connections = new(cut);
    private readonly LlmKey? _key = LlmKey.Of(settings);
    private readonly RecentTasks _recent = new(RememberedTasks);

    /// <summary>The finished task of this id, or null where it is not, or no longer, known.</summary>
    public AgentTask? Find(string id) => _recent.Find(id);

    /// <exception cref="A2AException">The plan is malformed, or the agent is busy.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async Task<AgentTask> AnswerAsync(Message message, CancellationToken cancellation)
    {
        TaskPlan? plan = TaskPlan.Of(message);
        using Activity? own = OwnSpan();
        Activity span = Spans.Current!;
        span.DisplayName = $"invoke_agent {settings.Name}";
        span.SetTag(SemanticConventions.OperationName, "invoke_agent");
        span.SetTag(SemanticConventions.AgentName, settings.Name);

        AgentTask task = await WorkAsync(message, plan, cancellation).ConfigureAwait(false);
        if (task.Status.State == TaskState.Failed)
        {
            span.Fail("task_failed", task.Status.Message!.Text());
        }

        _recent.Add(task);
        return task;
    }

    public void Dispose()
    {
        _connections.Dispose();
        _gate.Dispose();
    }

    // A client may send no traceparent. What the agent then does is a task of its own, or its calls would each become one.
    private Activity? OwnSpan() => Spans.Served is null ? Spans.StartTask($"invoke_agent {settings.Name}") : null;

    private async Task<AgentTask> WorkAsync(Message message, TaskPlan? plan, CancellationToken cancellation)
    {
        string id = Message.NewId();
        string context = string.IsNullOrEmpty(message.ContextId) ? Message.NewId() : message.ContextId;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(settings.Deadline);
        string doing = "waiting in the queue";
        try
        {
            using IDisposable place = await _gate.EnterAsync(deadline.Token).ConfigureAwait(false);
            await using var run = new TaskRun(settings, _connections.Lease(), _key, message.Text(), plan);
            try
            {
                return Completed(id, context, await run.AnswerAsync(deadline.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (!deadline.IsCancellationRequested && IsOfTheTask(e))
            {
                return Failed(id, context, $"{run.Doing}: {(e.InnerException as TimeoutException ?? e).Message}");
            }
            finally
            {
                doing = run.Doing;
            }
        }
        catch (Exception e) when (IsDeadline(e, deadline.Token, cancellation))
        {
            return Failed(id, context, $"{doing}: the deadline of {settings.Deadline.TotalSeconds:0.###} s passed");
        }
    }

    // A call that is cut off ends as cancelled or, where the cut was noticed elsewhere first, with the error of its protocol.
    private static bool IsDeadline(Exception e, CancellationToken deadline, CancellationToken caller) =>
        deadline.IsCancellationRequested && !caller.IsCancellationRequested && (e is OperationCanceledException || IsOfTheTask(e));

    // What the calls of a task can throw: their protocols' errors and the transport's. Anything else is a bug and must not look like an
    // outcome.
    private static bool IsOfTheTask(Exception e) => e
        is TaskFailedException or LlmException or A2AException or McpException or HttpRequestException or IOException or TimeoutException
        or OperationCanceledException { InnerException: TimeoutException };

    private static AgentTask Completed(string id, string context, Answer answer) =>
        new(id, new AgentTaskStatus(TaskState.Completed, Timestamp: Now()), context, [answer.ToArtifact()]);

    private static AgentTask Failed(string id, string context, string reason) =>
        new(id, new AgentTaskStatus(TaskState.Failed, Message.FromAgent(reason, context, id), Now()), context);

    // ProtoJSON timestamps are UTC; A2A asks for milliseconds.
    private static DateTimeOffset Now()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
