namespace NodeBox.Telemetry.Tracing;

/// <summary>
/// Attribute names of the OpenTelemetry semantic conventions, release 1.38.0 (gen_ai and mcp are in development there), and nodebox's own.
/// This file is the only place that spells them.
/// </summary>
public static class SemanticConventions
{
    public const string Version = "1.38.0";

    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string RequestMaxTokens = "gen_ai.request.max_tokens";
    public const string ResponseFinishReasons = "gen_ai.response.finish_reasons";
    public const string UsageInputTokens = "gen_ai.usage.input_tokens";
    public const string UsageOutputTokens = "gen_ai.usage.output_tokens";
    public const string AgentName = "gen_ai.agent.name";
    public const string ToolName = "gen_ai.tool.name";
    public const string ToolCallId = "gen_ai.tool.call.id";

    public const string McpMethodName = "mcp.method.name";
    public const string McpProtocolVersion = "mcp.protocol.version";
    public const string McpSessionId = "mcp.session.id";

    public const string HttpRequestMethod = "http.request.method";
    public const string HttpResponseStatusCode = "http.response.status_code";
    public const string UrlPath = "url.path";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string ErrorType = "error.type";
    public const string StatusDescription = "otel.status_description";

    /// <summary>On a served MCP call: "only" where just _meta carried a trace context, "differs" where it contradicts the HTTP headers.</summary>
    public const string MetaTraceContext = "nodebox.meta_trace_context";

    /// <summary>llm, tool, agent or service: what kind of call a client span is. Calls per task are counted on it.</summary>
    public const string Call = "nodebox.call";

    /// <summary>Of a task's root span: whether the agents whose models decided did what they should.</summary>
    public const string TaskCorrect = "nodebox.task.correct";

    /// <summary>Of a task's root span: what they did instead, as JSON.</summary>
    public const string TaskSteps = "nodebox.task.steps";

    /// <summary>Milliseconds from sending a chat request to its first streamed token.</summary>
    public const string TimeToFirstTokenMs = "nodebox.time_to_first_token_ms";

    /// <summary>Milliseconds that a served generation waited for a slot.</summary>
    public const string QueueWaitMs = "nodebox.queue_wait_ms";

    /// <summary>Tokens of a prompt that were in the server's cache.</summary>
    public const string CachedInputTokens = "nodebox.cached_input_tokens";

    /// <summary>When a served generation's tokens came, as JSON; only of tasks that ask for it.</summary>
    public const string LlmTiming = "nodebox.llm.timing";

    public const string ProcessId = "process.pid";
    public const string LlmThreads = "nodebox.llm.threads";
    public const string LlmProcessors = "nodebox.llm.processors";
    public const string LlmQueueDepth = "nodebox.llm.queue_depth";
    public const string LlmActiveSlots = "nodebox.llm.active_slots";
    public const string LlmKvTokens = "nodebox.llm.kv_tokens";
    public const string LlmKvBytes = "nodebox.llm.kv_bytes";
    public const string LlmResidentBytes = "nodebox.llm.resident_bytes";
    public const string LlmPeakResidentBytes = "nodebox.llm.peak_resident_bytes";
}
