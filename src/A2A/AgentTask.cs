using System.Text.Json.Serialization;

namespace NodeBox.A2A;

/// <summary>A2A's Task: what an agent does for one message (A2A 1.0, section 4.1.1). Named apart from the framework's Task.</summary>
public sealed record AgentTask(string Id, AgentTaskStatus Status, string? ContextId = null, IReadOnlyList<Artifact>? Artifacts = null)
{
    /// <summary>The text of all artifacts: the answer.</summary>
    public string AnswerText() =>
        string.Join('\n', PartsOf(Artifacts ?? []).Select(static part => part.Text).OfType<string>());

    private static IEnumerable<Part> PartsOf(IEnumerable<Artifact> artifacts) => artifacts.SelectMany(static artifact => artifact.Parts);
}

/// <param name="State">Where the task stands.</param>
/// <param name="Message">Why, where the task failed.</param>
/// <param name="Timestamp">When this status began, with milliseconds.</param>
public sealed record AgentTaskStatus(TaskState State, Message? Message = null, DateTimeOffset? Timestamp = null);

public sealed record Artifact(string ArtifactId, IReadOnlyList<Part> Parts, string? Name = null);

public enum TaskState
{
    [JsonStringEnumMemberName("TASK_STATE_UNSPECIFIED")]
    Unspecified,

    [JsonStringEnumMemberName("TASK_STATE_SUBMITTED")]
    Submitted,

    [JsonStringEnumMemberName("TASK_STATE_WORKING")]
    Working,

    [JsonStringEnumMemberName("TASK_STATE_COMPLETED")]
    Completed,

    [JsonStringEnumMemberName("TASK_STATE_FAILED")]
    Failed,

    [JsonStringEnumMemberName("TASK_STATE_CANCELED")]
    Canceled,

    [JsonStringEnumMemberName("TASK_STATE_INPUT_REQUIRED")]
    InputRequired,

    [JsonStringEnumMemberName("TASK_STATE_REJECTED")]
    Rejected,

    [JsonStringEnumMemberName("TASK_STATE_AUTH_REQUIRED")]
    AuthRequired,
}
