using System.Diagnostics;

namespace NodeBox.Telemetry.Tracing;

/// <summary>
/// Starts spans. A span is a <see cref="Activity"/> of the source "nodebox", so that any OpenTelemetry listener sees the same spans that
/// nodebox records. TaskID is the trace id; ToolCallID is the span id of the call's client span.
/// </summary>
public static class Spans
{
    /// <summary>The baggage key by which a task asks that each reply of a model be timed token by token.</summary>
    public const string TimingBaggage = "nodebox.record_timing";

    /// <summary>The baggage key that carries the calling agent's name across hops.</summary>
    public const string AgentBaggage = "nodebox.agent";

    internal const string SourceName = "nodebox";

    internal const string BeginProperty = "nodebox.begin_ns";

    private const string KindProperty = "nodebox.call_kind";

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

    /// <summary>
    /// The current span: the nearest one around, since libraries have activities of their own, which are recorded by nobody. Null where
    /// there is none, as in an untraced request, which is served under the framework's activity.
    /// </summary>
    public static Activity? Current
    {
        get
        {
            Activity? span = Activity.Current;
            while (span is not null && span.Source.Name != SourceName)
            {
                span = span.Parent;
            }

            return span;
        }
    }

    /// <summary>The current span if it is that of the request being served, otherwise null.</summary>
    public static Activity? Served => Current is { Kind: ActivityKind.Server } span ? span : null;

    /// <summary>Starts the root span of a new task: a fresh trace id.</summary>
    public static Activity StartTask(string name)
    {
        Activity.Current = null;
        return Start(name, ActivityKind.Internal, parent: default);
    }

    /// <summary>
    /// Starts the client span of an outgoing call under the current span. Dispose it when the answer is complete. Everything sent through
    /// <see cref="Http.TaskConnections"/> meanwhile carries this span in traceparent and on its socket.
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

        call.SetCustomProperty(KindProperty, kind);
        if (NameOf(kind) is { } counted)
        {
            call.SetTag(SemanticConventions.Call, counted);
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

    /// <summary>What kind of call <paramref name="span"/> is the client span of; null where it is none.</summary>
    internal static CallKind? KindOf(Activity span) => span.GetCustomProperty(KindProperty) as CallKind?;

    // Null for what is not counted.
    private static string? NameOf(CallKind kind) => kind switch
    {
        CallKind.Llm => "llm",
        CallKind.Tool => "tool",
        CallKind.Agent => "agent",
        CallKind.Service => "service",
        _ => null,
    };

    private static Activity Start(string name, ActivityKind kind, ActivityContext? parent)
    {
        Activity? activity = parent is { } context ? s_source.StartActivity(name, kind, context) : s_source.StartActivity(name, kind);
        return activity ?? throw new InvalidOperationException("the span source has no listener");
    }
}
