using System.Diagnostics;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tests.Tools;

/// <summary>What the served span of an MCP call says.</summary>
public sealed class CallSpanTests
{
    private const string Parent = "00f067aa0ba902b7";
    private const string Call = "tools/call";

    [Fact]
    public async Task A_tool_call_names_its_span_and_continues_the_callers_trace()
    {
        ActivityTraceId task = ActivityTraceId.CreateRandom();

        Activity span = await ServeAsync(task, Lookup(1000, task, Parent), Header(task));

        Assert.Equal("tools/call lookup_order", span.DisplayName);
        Assert.Equal(Parent, span.ParentSpanId.ToString());
        Assert.Equal(Call, span.GetTagItem(SemanticConventions.McpMethodName));
        Assert.Equal("lookup_order", span.GetTagItem(SemanticConventions.ToolName));
        Assert.Equal("2026-07-28", span.GetTagItem(SemanticConventions.McpProtocolVersion));
        Assert.Equal("agent-a", span.GetBaggageItem(Spans.AgentBaggage));
        Assert.Null(span.GetTagItem(SemanticConventions.MetaTraceContext));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Theory]
    [InlineData("1234567890abcdef", "nodebox.agent=agent-a")]
    [InlineData(Parent, "nodebox.agent=agent-b")]
    public async Task A_meta_that_contradicts_the_headers_is_noted(string spanInMeta, string baggageInMeta)
    {
        ActivityTraceId task = ActivityTraceId.CreateRandom();

        Activity span = await ServeAsync(task, Lookup(1000, task, spanInMeta, baggageInMeta), Header(task));

        Assert.Equal("differs", span.GetTagItem(SemanticConventions.MetaTraceContext));
        Assert.Equal(Parent, span.ParentSpanId.ToString());
    }

    [Fact]
    public async Task A_trace_context_in_meta_only_is_taken_up()
    {
        ActivityTraceId task = ActivityTraceId.CreateRandom();

        Activity span = await ServeAsync(task, Lookup(1000, task, Parent), []);

        Assert.Equal("only", span.GetTagItem(SemanticConventions.MetaTraceContext));
        Assert.Equal(Parent, span.ParentSpanId.ToString());
        Assert.Equal("tools/call lookup_order", span.DisplayName);
    }

    [Fact]
    public async Task A_failed_tool_is_told_from_a_refused_call()
    {
        ActivityTraceId failing = ActivityTraceId.CreateRandom();
        ActivityTraceId refused = ActivityTraceId.CreateRandom();

        Activity failed = await ServeAsync(failing, Lookup(5, failing, Parent), Header(failing));
        string noArguments = Lookup(5, refused, Parent).Replace("arguments\":{", "arguments\":5,\"x\":{");
        Activity malformed = await ServeAsync(refused, noArguments, Header(refused));

        Assert.Equal("tool_error", failed.GetTagItem(SemanticConventions.ErrorType));
        Assert.Equal("no order 5", failed.StatusDescription);
        Assert.Equal("-32602", malformed.GetTagItem(SemanticConventions.ErrorType));
    }

    [Fact]
    public async Task A_call_in_a_session_runs_under_its_own_span()
    {
        using var spans = new SpanLog();
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync();
        using var client = new RawMcp(listener.Mcp);
        ActivityTraceId first = ActivityTraceId.CreateRandom();
        ActivityTraceId second = ActivityTraceId.CreateRandom();

        RawAnswer opened = await client.PostAsync(RawMcp.Initialize, RawMcp.Headers(Header(first)));
        string session = opened.Headers.GetValues("Mcp-Session-Id").Single();
        await client.PostAsync(
            """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"lookup_order","arguments":{"order_id":5}}}""",
            RawMcp.Headers([("Mcp-Session-Id", session), .. Header(second)]));

        Activity initialize = Assert.Single(await spans.OfAsync(first, 1));
        Activity call = Assert.Single(await spans.OfAsync(second, 1));
        Assert.Equal("initialize", initialize.DisplayName);
        Assert.Equal(session, call.GetTagItem(SemanticConventions.McpSessionId));
        Assert.Equal(ActivityStatusCode.Unset, initialize.Status);
        Assert.Equal("tool_error", call.GetTagItem(SemanticConventions.ErrorType));
    }

    private static async Task<Activity> ServeAsync(ActivityTraceId task, string body, (string, string?)[] headers)
    {
        using var spans = new SpanLog();
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync();
        using var client = new RawMcp(listener.Mcp);
        await client.PostAsync(body, RawMcp.ModernHeaders(Call, [("Mcp-Name", "lookup_order"), .. headers]));
        return Assert.Single(await spans.OfAsync(task, 1));
    }

    private static (string, string?)[] Header(ActivityTraceId task) =>
        [("traceparent", $"00-{task}-{Parent}-01"), ("baggage", "nodebox.agent=agent-a")];

    private static string Lookup(int order, ActivityTraceId task, string span, string baggage = "nodebox.agent=agent-a") => RawMcp.Modern(
        Call,
        $"\"name\":\"lookup_order\",\"arguments\":{{\"order_id\":{order}}},",
        $"\"traceparent\":\"00-{task}-{span}-01\",\"baggage\":\"{baggage}\",");
}
