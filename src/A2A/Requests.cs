using System.Text.Json;

namespace NodeBox.A2A;

/// <summary>Parameters of SendMessage.</summary>
public sealed record SendMessageRequest(Message Message, SendMessageConfiguration? Configuration = null);

/// <param name="AcceptedOutputModes">Media types that the client takes; absent or empty means any.</param>
/// <param name="TaskPushNotificationConfig">Asks for push notifications.</param>
/// <param name="HistoryLength">How many messages of the task's history the client wants at most.</param>
/// <param name="ReturnImmediately">Asks for the task before it is done.</param>
public sealed record SendMessageConfiguration(
    IReadOnlyList<string>? AcceptedOutputModes = null,
    JsonElement? TaskPushNotificationConfig = null,
    int? HistoryLength = null,
    bool? ReturnImmediately = null);

/// <summary>Result of SendMessage: a task or a message, never both.</summary>
public sealed record SendMessageResponse(AgentTask? Task = null, Message? Message = null);

/// <summary>Parameters of GetTask and CancelTask.</summary>
public sealed record TaskRequest(string Id, int? HistoryLength = null);

/// <summary>Method names of the JSON-RPC binding (A2A 1.0, section 9.4).</summary>
internal static class Methods
{
    public const string SendMessage = "SendMessage";
    public const string GetTask = "GetTask";
    public const string CancelTask = "CancelTask";
}
