using System.Diagnostics;
using System.Globalization;
using ModelContextProtocol.Protocol;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>The served request's span, told what MCP call the request is. The names are those of OpenTelemetry's conventions for MCP.</summary>
internal static class CallSpan
{
    /// <summary>
    /// Names the span of the HTTP request after the call, and compares the trace context that _meta carries with the one in the headers. A
    /// client that sent it in _meta only is served under a new span, which the caller disposes; otherwise null is returned.
    /// </summary>
    public static Activity? Begin(McpRequest call, HttpHeader header)
    {
        bool hasMeta = TraceHeaders.TryExtract(call.TextMeta, out ActivityContext inMeta);
        Activity? span = Served(Activity.Current);
        Activity? own = null;
        if (span is null && hasMeta)
        {
            span = own = Spans.StartServed(call.Method ?? "response", inMeta);
            span.SetTag(SemanticConventions.MetaTraceContext, "only");
        }
        else if (span is not null && hasMeta && !Agree(call, header, inMeta))
        {
            span.SetTag(SemanticConventions.MetaTraceContext, "differs");
        }

        if (span is not null)
        {
            Describe(span, call);
        }

        return own;
    }

    /// <summary>Notes on a call's span that the protocol answered with an error.</summary>
    public static void Failed(Activity? span, int code, string message) =>
        Served(span).Fail(code.ToString(CultureInfo.InvariantCulture), message);

    /// <summary>Notes on the current call's span that the tool answered with isError.</summary>
    public static void ToolFailed(string message) => Served(Activity.Current).Fail("tool_error", message);

    // An untraced request runs under the framework's activity, which is nobody's span.
    private static Activity? Served(Activity? activity) => activity is { Kind: ActivityKind.Server, Source.Name: "nodebox" } ? activity : null;

    private static void Describe(Activity span, McpRequest call)
    {
        string method = call.Method ?? "response";
        string? tool = method == RequestMethods.ToolsCall ? call.TextParam("name") : null;
        span.DisplayName = tool is null ? method : $"{method} {tool}";
        span.SetTag(SemanticConventions.McpMethodName, method);
        span.SetTag(SemanticConventions.McpProtocolVersion, call.Revision);
        span.SetTag(SemanticConventions.McpSessionId, call.SessionId);
        if (tool is not null)
        {
            span.SetTag(SemanticConventions.OperationName, "execute_tool");
            span.SetTag(SemanticConventions.ToolName, tool);
        }
    }

    private static bool Agree(McpRequest call, HttpHeader header, ActivityContext inMeta) =>
        TraceHeaders.TryExtract(header.Invoke, out ActivityContext inHeaders)
        && inMeta.TraceId == inHeaders.TraceId
        && inMeta.SpanId == inHeaders.SpanId
        && Members(call.TextMeta(TraceHeaders.Baggage)).SetEquals(Members(header(TraceHeaders.Baggage)));

    private static HashSet<KeyValuePair<string, string>> Members(string? baggage) => [.. TraceHeaders.ParseBaggage(baggage)];
}

/// <summary>The value of an HTTP header, or null without one.</summary>
internal delegate string? HttpHeader(string name);
