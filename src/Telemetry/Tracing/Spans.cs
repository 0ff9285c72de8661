using System.Diagnostics;

namespace NodeBox.Telemetry.Tracing;

/// <summary>
/// Starts spans. A span is a <see cref="Activity"/> of the source "nodebox", so that any OpenTelemetry listener sees the same spans that
/// nodebox records. TaskID is the trace id; ToolCallID is the span id of the call's client span.
/// </summary>
public static class Spans
{
    /// <summary>The baggage key that carries the calling agent's name across hops.</summary>
    public const string AgentBaggage = "nodebox.agent";

    internal const string SourceName = "nodebox";

    internal const string BeginProperty = "nodebox.begin_ns";

    private static readonly ActivitySource s_source = new(SourceName);

    // Spans carry the tags of sockets, so they must exist even before anybody records them.
    private static readonly ActivityListener s_listener = new()
    {
        ShouldListenTo = static source => source.Name == SourceName,
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        ActivityStarted = static activity => activity.SetCustomProperty(BeginProperty, NodeClock.NowNs()),
    };

    static Spans()
    {
        ActivitySource.AddActivityListener(s_listener);
    }

    /// <summary>Starts the root span of a new task: a fresh trace id.</summary>
    public static Activity StartTask(string name)
    {
        Activity.Current = null;
        return Start(name, ActivityKind.Internal, parent: default);
    }

    /// <summary>
    /// Starts the client span of an outgoing call under the current span. Dispose it when the answer is complete. Everything sent through
    /// a <see cref="Http.CallHandler"/> meanwhile carries this span in traceparent and on its socket.
    /// </summary>
    /// <param name="kind">What kind of call it is.</param>
    /// <param name="name">The span's name by the conventions, for example "chat testbed" or "execute_tool lookup_order".</param>
    /// <param name="agentId">The calling agent, or null to keep the one already in the baggage.</param>
    public static Activity StartCall(CallKind kind, string name, string? agentId = null)
    {
        Activity call = Start(name, ActivityKind.Client, parent: null);
        if (agentId is not null)
        {
            call.SetBaggage(AgentBaggage, agentId);
        }

        if (kind != CallKind.Discovery)
        {
            call.SetTag(SemanticConventions.Call, NameOf(kind));
        }

        return call;
    }

    /// <summary>Starts the server span of a request whose caller sent <paramref name="parent"/>.</summary>
    public static Activity StartServed(string name, ActivityContext parent) => Start(name, ActivityKind.Server, parent);

    /// <summary>Marks <paramref name="span"/> as failed and says why.</summary>
    public static void Fail(this Activity? span, string errorType, string description)
    {
        span?.SetTag(SemanticConventions.ErrorType, errorType);
        span?.SetStatus(ActivityStatusCode.Error, description);
    }

    private static string NameOf(CallKind kind) => kind switch
    {
        CallKind.Llm => "llm",
        CallKind.Tool => "tool",
        CallKind.Agent => "agent",
        CallKind.Service => "service",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a counted kind of call"),
    };

    private static Activity Start(string name, ActivityKind kind, ActivityContext? parent)
    {
        Activity? activity = parent is { } context ? s_source.StartActivity(name, kind, context) : s_source.StartActivity(name, kind);
        return activity ?? throw new InvalidOperationException("the span source has no listener");
    }
}
