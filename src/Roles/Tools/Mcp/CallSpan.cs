using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>The served request's span, told what MCP call the request is, in the names of OpenTelemetry's conventions for MCP.</summary>
internal static class CallSpan
{
    /// <summary>
    /// Names the span of the HTTP request after the call, and compares the trace context that _meta carries with the one in the headers. A
    /// client that sent it in _meta only is served under a new span, which the caller disposes; otherwise null is returned.
    /// </summary>
    public static Activity? Begin(McpRequest call, HttpHeader header)
    {
        bool hasMeta = TraceHeaders.TryExtract(call.TextMeta, out ActivityContext inMeta);
        Activity? span = Spans.Served;
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

    /// <summary>Notes on the current call's span that it was refused with an error of the protocol.</summary>
    public static void Failed(int code, string message) => Spans.Served.Fail(code.ToString(CultureInfo.InvariantCulture), message);

    /// <summary>A filter of outgoing messages: errors, of the protocol and of tools, are noted on the span of their call.</summary>
    public static McpMessageHandler NoteErrors(McpMessageHandler send) => (context, cancellation) =>
    {
        switch (context.JsonRpcMessage)
        {
            case JsonRpcError { Error: { } error }:
                Failed(error.Code, error.Message);
                break;
            case JsonRpcResponse { Result: JsonObject result } when result["isError"]?.GetValueKind() == JsonValueKind.True:
                Spans.Served.Fail("tool_error", (string?)result["content"]?[0]?["text"] ?? "the tool gave no reason");
                break;
            default:
                break;
        }

        return send(context, cancellation);
    };

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
