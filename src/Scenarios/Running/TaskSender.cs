using System.Diagnostics;
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

/// <summary>Sends one task to its entry, over connections of its own, and waits for its answer.</summary>
internal sealed class TaskSender(IReadOnlyDictionary<string, Uri> entries, TagSocket tagSocket)
{
    /// <summary>The task's record. A task that fails has its reason in <paramref name="failed"/>; only the run's own cancellation throws.</summary>
    public async Task<TaskRecord> SendAsync(Scenario scenario, PlannedTask task, int rep, Action<string> failed, CancellationToken cancellation)
    {
        using Activity root = Spans.StartTask($"task {task.Key}");
        using var connections = new TaskConnections(tagSocket);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(scenario.Deadline);
        long beginNs = NodeClock.NowNs();
        string outcome;
        try
        {
            string? reason = await AnswerAsync(scenario, task, connections.Http, deadline.Token);
            outcome = reason is null ? "success" : "failed";
            if (reason is not null)
            {
                root.Fail("task", reason);
                failed($"{task.Key}: {reason}");
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            outcome = "timeout";
            root.Fail("timeout", $"no answer within {scenario.Deadline.TotalSeconds} s");
            failed($"{task.Key}: no answer within {scenario.Deadline.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or A2AException or JsonException)
        {
            outcome = "error";
            root.Fail(e.GetType().Name, e.Message);
            failed($"{task.Key}: {e.Message}");
        }

        return RecordOf(root.TraceId, scenario, task, rep, beginNs, outcome);
    }

    // Null for success, else the reason that the other end gave.
    private Task<string?> AnswerAsync(Scenario scenario, PlannedTask task, HttpClient http, CancellationToken cancellation) =>
        scenario.IsBaseline
            ? CallServiceAsync(entries[scenario.Entry], task, http, cancellation)
            : AskAgentAsync(scenario.Entry, entries[scenario.Entry], task, http, cancellation);

    private static async Task<string?> AskAgentAsync(string agent, Uri endpoint, PlannedTask task, HttpClient http, CancellationToken cancellation)
    {
        using Activity call = Spans.StartCall(CallKind.Agent, $"invoke_agent {agent}");
        call.SetTag(SemanticConventions.OperationName, "invoke_agent");
        call.SetTag(SemanticConventions.AgentName, agent);
        call.SetTag(SemanticConventions.ServerAddress, endpoint.Host);
        call.SetTag(SemanticConventions.ServerPort, endpoint.Port);
        var client = new A2AClient(http);
        SendMessageResponse response = await client.SendMessageAsync(
            endpoint, new SendMessageRequest(Message.FromUser(task.Prompt, task.Plan)), cancellation);
        if (response.Task is { Status.State: not TaskState.Completed } unfinished)
        {
            string reason = unfinished.Status.Message?.Text() ?? $"{agent} left the task {unfinished.Status.State}";
            call.Fail("agent", reason);
            return reason;
        }

        return null;
    }

    private static async Task<string?> CallServiceAsync(Uri gateway, PlannedTask task, HttpClient http, CancellationToken cancellation)
    {
        using Activity call = Spans.StartCall(CallKind.Service, "POST gateway");
        call.SetTag(SemanticConventions.HttpRequestMethod, "POST");
        call.SetTag(SemanticConventions.ServerAddress, gateway.Host);
        call.SetTag(SemanticConventions.ServerPort, gateway.Port);
        using var body = new StringContent(task.ServiceArguments.GetRawText(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.PostAsync(gateway, body, cancellation);
        string answer = await response.Content.ReadAsStringAsync(cancellation);
        call.SetTag(SemanticConventions.HttpResponseStatusCode, (int)response.StatusCode);
        if (response.IsSuccessStatusCode)
        {
            return null;
        }

        string reason = $"gateway answered {(int)response.StatusCode}: {answer}";
        call.Fail(((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture), reason);
        return reason;
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
}
