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

    /// <summary>Milliseconds from sending a chat request to its first streamed token.</summary>
    public const string TimeToFirstTokenMs = "nodebox.time_to_first_token_ms";
}
