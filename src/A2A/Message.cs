using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.A2A;

public enum Role
{
    [JsonStringEnumMemberName("ROLE_UNSPECIFIED")]
    Unspecified,

    [JsonStringEnumMemberName("ROLE_USER")]
    User,

    [JsonStringEnumMemberName("ROLE_AGENT")]
    Agent,
}

/// <summary>One unit of communication between a client and an agent (A2A 1.0, section 4.1.4).</summary>
public sealed record Message(
    string MessageId,
    Role Role,
    IReadOnlyList<Part> Parts,
    string? ContextId = null,
    string? TaskId = null,
    IReadOnlyList<string>? Extensions = null,
    JsonElement? Metadata = null)
{
    /// <summary>
    /// A client's message that says <paramref name="text"/> and, where the scenario decides, carries <paramref name="plan"/>.
    /// </summary>
    public static Message FromUser(string text, TaskPlan? plan = null) => new(
        NewId(),
        Role.User,
        plan is null ? [Part.Of(text)] : [Part.Of(text), plan.ToPart()],
        Extensions: plan is null ? null : [TaskPlan.ExtensionUri]);

    /// <summary>An agent's message that says <paramref name="text"/>.</summary>
    public static Message FromAgent(string text, string contextId, string? taskId = null) =>
        new(NewId(), Role.Agent, [Part.Of(text)], contextId, taskId);

    /// <summary>A fresh id for messages, tasks and contexts.</summary>
    public static string NewId() => Guid.NewGuid().ToString();

    /// <summary>What the message says: its text parts, and its data parts as JSON, one below the other. The plan is not said.</summary>
    public string Text()
    {
        IEnumerable<Part> said = Parts.Where(static part => !TaskPlan.IsIn(part));
        return string.Join('\n', said.Select(static part => part.Text ?? part.Data?.GetRawText()));
    }
}

/// <summary>A section of content. Exactly one of text, raw, url and data is set.</summary>
/// <param name="Text">Text.</param>
/// <param name="Raw">Bytes of a file, base64.</param>
/// <param name="Url">Where a file is.</param>
/// <param name="Data">Structured data: a JSON value.</param>
/// <param name="MediaType">MIME type of the content.</param>
/// <param name="Filename">Name of a file.</param>
/// <param name="Metadata">A JSON object.</param>
public sealed record Part(
    string? Text = null,
    string? Raw = null,
    string? Url = null,
    JsonElement? Data = null,
    string? MediaType = null,
    string? Filename = null,
    JsonElement? Metadata = null)
{
    public static Part Of(string text) => new(Text: text, MediaType: "text/plain");

    internal int Contents => (Text is null ? 0 : 1) + (Raw is null ? 0 : 1) + (Url is null ? 0 : 1) + (Data is null ? 0 : 1);
}
