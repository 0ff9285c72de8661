using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using NodeBox.A2A;
using NodeBox.Scenarios.Definition;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Scenarios.Running;

/// <summary>Sends one task to its entry and waits for its answer.</summary>
/// <param name="entries">Where to, by the scenario's entry name.</param>
/// <param name="connections">The driver's.</param>
/// <param name="request">What a task must ask for.</param>
internal sealed class TaskSender(IReadOnlyDictionary<string, Uri> entries, CallConnections connections, RunRequest request)
{
    /// <summary>The task's record and, if it did not succeed, why. Only the run's own cancellation throws.</summary>
    public async Task<(TaskRecord Record, string? Failure)> SendAsync(
        Scenario scenario, PlannedTask task, int rep, CancellationToken cancellation)
    {
        using Activity root = Spans.StartTask($"task {task.Key}");
        if (scenario.Connections != CallConnections.Pooled)
        {
            root.SetBaggage(CallConnections.Baggage, scenario.Connections);
        }

        if (request.ComparesBackends && !scenario.IsBaseline)
        {
            Backends.Choose(root, scenario.Backends);
        }

        if (request.RecordTiming)
        {
            root.SetBaggage(Spans.TimingBaggage, "1");
        }

        using TaskConnections leased = connections.Lease();
        long beginNs = NodeClock.NowNs();
        (TaskFailure? failure, IReadOnlyList<TaskStep>? taken) = await CallAsync(scenario, task, leased.Http, cancellation);
        if (failure is not null)
        {
            root.Fail(failure.ErrorType, failure.Reason);
        }

        TaskRecord record = RecordOf(root.TraceId, scenario, task, rep, beginNs, failure?.Outcome ?? "success");
        if (task.Expected is { } expected)
        {
            record.Correct = failure is null && taken is not null && TaskStep.AreSame(expected, taken);
            root.SetTag(SemanticConventions.TaskCorrect, record.Correct);
            string? steps = record.Correct || taken is null ? null : TakenSteps.ToPart(taken).Data!.Value.GetRawText();
            root.SetTag(SemanticConventions.TaskSteps, steps);
        }

        return (record, failure is null ? null : $"{task.Key}: {failure.Reason}");
    }

    // No failure for success.
    private async Task<(TaskFailure? Failure, IReadOnlyList<TaskStep>? Taken)> CallAsync(
        Scenario scenario, PlannedTask task, HttpClient http, CancellationToken cancellation)
    {
        Uri entry = entries[scenario.Entry];
        using Activity call = scenario.IsBaseline ? StartServiceCall() : StartAgentCall(scenario.Entry);
        call.SetTag(SemanticConventions.ServerAddress, entry.Host);
        call.SetTag(SemanticConventions.ServerPort, entry.Port);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(scenario.Deadline);
        TaskFailure? failure;
        IReadOnlyList<TaskStep>? taken = null;
        try
        {
            (failure, taken) = scenario.IsBaseline
                ? (await CallServiceAsync(entry, task, http, call, deadline.Token), null)
                : await AskAgentAsync(entry, scenario.Entry, task, http, deadline.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            call.Fail("cancelled", "the run was interrupted");
            throw;
        }
        catch (OperationCanceledException e) when (!deadline.IsCancellationRequested)
        {
            // The connection has a limit of its own.
            failure = new TaskFailure("error", "connect_timeout", e.InnerException?.Message ?? e.Message);
        }
        catch (OperationCanceledException)
        {
            failure = new TaskFailure("timeout", "timeout", $"no answer within {scenario.Deadline.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or A2AException or JsonException)
        {
            failure = new TaskFailure("error", e.GetType().Name, e.Message);
        }

        if (failure is not null)
        {
            call.Fail(failure.ErrorType, failure.Reason);
        }

        return (failure, taken);
    }

    private static Activity StartAgentCall(string agent)
    {
        Activity call = Spans.StartCall(CallKind.Agent, $"invoke_agent {agent}");
        call.SetTag(SemanticConventions.OperationName, "invoke_agent");
        call.SetTag(SemanticConventions.AgentName, agent);
        return call;
    }

    private static Activity StartServiceCall()
    {
        Activity call = Spans.StartCall(CallKind.Service, $"POST {Scenario.Gateway}");
        call.SetTag(SemanticConventions.HttpRequestMethod, "POST");
        return call;
    }

    private static async Task<(TaskFailure? Failure, IReadOnlyList<TaskStep>? Taken)> AskAgentAsync(
        Uri endpoint, string agent, PlannedTask task, HttpClient http, CancellationToken cancellation)
    {
        var request = new SendMessageRequest(Message.FromUser(task.Prompt, task.Plan));
        SendMessageResponse response = await new A2AClient(http).SendMessageAsync(endpoint, request, cancellation);
        return response.Task switch
        {
            { Status: { State: not TaskState.Completed } status } =>
                (new TaskFailure("failed", "task_failed", status.Message?.Text() ?? $"{agent} left the task {status.State}"), null),
            { } answered when task.Expected is not null => (null, TakenSteps.Of(answered)),
            _ => (null, null),
        };
    }

    private static async Task<TaskFailure?> CallServiceAsync(
        Uri gateway, PlannedTask task, HttpClient http, Activity call, CancellationToken cancellation)
    {
        using var body = new StringContent(task.ServiceArguments.GetRawText(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.PostAsync(gateway, body, cancellation);
        string answer = await response.Content.ReadAsStringAsync(cancellation);
        int status = (int)response.StatusCode;
        call.SetTag(SemanticConventions.HttpResponseStatusCode, status);
        return response.IsSuccessStatusCode
            ? null
            : new TaskFailure("failed", status.ToString(CultureInfo.InvariantCulture), $"{Scenario.Gateway} answered {status}: {answer}");
    }

    private static TaskRecord RecordOf(ActivityTraceId taskId, Scenario scenario, PlannedTask task, int rep, long beginNs, string outcome)
    {
        byte[] id = new byte[16];
        taskId.CopyTo(id);
        return new TaskRecord
        {
            TaskId = ByteString.CopyFrom(id),
            Rep = (uint)rep,
            Scenario = scenario.Name,
            Variant = scenario.Variant,
            TaskKey = task.Key,

            // A closed loop begins the next task when one ends: it intends no other time than the one at which it begins.
            IntendedBeginNs = beginNs,
            BeginNs = beginNs,
            EndNs = NodeClock.NowNs(),
            Outcome = outcome,
        };
    }

    /// <param name="Outcome">"failed": the other end said so; "timeout": no answer in time; "error": no proper answer.</param>
    /// <param name="ErrorType">A short name for the spans.</param>
    /// <param name="Reason">A sentence for people.</param>
    private sealed record TaskFailure(string Outcome, string ErrorType, string Reason);
}
