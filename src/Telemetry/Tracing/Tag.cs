using System.Diagnostics;
using System.Text;

namespace NodeBox.Telemetry.Tracing;

/// <summary>
/// What a socket is labelled with: which task, which call and which agent its bytes belong to. Both ends of a connection carry the same
/// tag, namely that of the caller's client span.
/// </summary>
/// <param name="TaskId">The W3C trace id, 16 bytes.</param>
/// <param name="SpanId">The caller's client span, 8 bytes: the ToolCallID where the call is a tool call.</param>
/// <param name="AgentId">The calling agent's name, or null where no agent calls (the driver, the baseline chain).</param>
public sealed record Tag(ActivityTraceId TaskId, ActivitySpanId SpanId, string? AgentId)
{
    /// <summary>The longest agent's name that the kernel keeps with a socket, in bytes of UTF-8.</summary>
    public const int MaxAgentBytes = 32;

    /// <summary>
    /// Whether a tag can bear this agent's name: 1 to <see cref="MaxAgentBytes"/> bytes and no control characters, as NUL ends a name in
    /// the kernel.
    /// </summary>
    public static bool CanBear(string agentId) =>
        agentId.Length > 0 && Encoding.UTF8.GetByteCount(agentId) <= MaxAgentBytes && !agentId.Any(char.IsControl);

    /// <summary>The tag of the call that <paramref name="call"/> is the client span of.</summary>
    public static Tag Of(Activity call) => new(call.TraceId, call.SpanId, call.GetBaggageItem(Spans.AgentBaggage));
}

/// <summary>What a connection has carried besides its present tag.</summary>
[Flags]
public enum TagFlags
{
    /// <summary>One call only.</summary>
    None = 0,

    /// <summary>More than one call.</summary>
    SeveralSpans = 1,

    /// <summary>Calls of more than one task.</summary>
    SeveralTasks = 2,

    /// <summary>Calls of more than one agent.</summary>
    SeveralAgents = 4,
}
