using System.Text;
using ModelContextProtocol;
using NodeBox.Roles.Tools;

namespace NodeBox.Roles.Tests.Tools;

/// <summary>What bad requests get: the HTTP status and the JSON-RPC error of the specification, never a 500, never silence.</summary>
public sealed class MalformedRequestsTests
{
    private const string Call = "tools/call";
    private const string NoMeta = """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}""";
    private const string Name = "\"name\":\"check_stock\",\"arguments\":{\"item_id\":1},";

    /// <summary>Name, body, headers, status, JSON-RPC error code.</summary>
    public static TheoryData<string, string, Dictionary<string, string?>, int, McpErrorCode> Bad
    {
        get
        {
            string initialize = RawMcp.Initialize;
            string list = RawMcp.Modern("tools/list");
            string call = RawMcp.Modern(Call, Name);
            Dictionary<string, string?> callHeaders = RawMcp.ModernHeaders(Call, ("Mcp-Name", "check_stock"));
            return new()
            {
                { "empty", "", RawMcp.Headers(), 400, McpErrorCode.ParseError },
                { "not JSON", "{", RawMcp.Headers(), 400, McpErrorCode.ParseError },
                { "a name twice", """{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}""", RawMcp.Headers(), 400, McpErrorCode.ParseError },
                { "half a surrogate pair", """{"jsonrpc":"2.0","id":1,"method":"\ud800"}""", RawMcp.Headers(), 400, McpErrorCode.ParseError },
                { "too deep", new string('[', 100) + new string(']', 100), RawMcp.Headers(), 400, McpErrorCode.ParseError },
                { "null", "null", RawMcp.Headers(), 400, McpErrorCode.InvalidRequest },
                { "a batch", $"[{initialize}]", RawMcp.Headers(), 400, McpErrorCode.InvalidRequest },
                { "no version", """{"id":1,"method":"ping"}""", RawMcp.Headers(), 400, McpErrorCode.InvalidRequest },
                { "another version", """{"jsonrpc":"1.0","id":1,"method":"ping"}""", RawMcp.Headers(), 400, McpErrorCode.InvalidRequest },
                { "neither method nor result", """{"jsonrpc":"2.0","id":1}""", RawMcp.Headers(), 400, McpErrorCode.InvalidRequest },
                { "an id that is no id", """{"jsonrpc":"2.0","id":{},"method":"ping"}""", RawMcp.Headers(), 400, McpErrorCode.InvalidRequest },
                { "no session", """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", RawMcp.Headers(), 400, McpErrorCode.InvalidRequest },
                { "unknown session", initialize, RawMcp.Headers(("Mcp-Session-Id", "x")), 404, McpErrorCode.InvalidRequest },
                { "no Accept", initialize, RawMcp.Headers(("Accept", null)), 406, McpErrorCode.InvalidRequest },
                { "Accept without events", initialize, RawMcp.Headers(("Accept", "application/json")), 406, McpErrorCode.InvalidRequest },
                { "another content type", initialize, RawMcp.Headers(("Content-Type", "text/plain")), 415, McpErrorCode.InvalidRequest },
                { "unknown revision", initialize, RawMcp.Headers(("MCP-Protocol-Version", "1999-01-01")), 400, McpErrorCode.UnsupportedProtocolVersion },
                { "later revision", list, RawMcp.Headers(("MCP-Protocol-Version", "2099-01-01")), 400, McpErrorCode.UnsupportedProtocolVersion },
                { "revision in _meta only", list, RawMcp.Headers(), 400, McpErrorCode.HeaderMismatch },
                { "no Mcp-Method", list, RawMcp.Headers(("MCP-Protocol-Version", "2026-07-28")), 400, McpErrorCode.HeaderMismatch },
                { "another Mcp-Method", list, RawMcp.ModernHeaders("tools/call"), 400, McpErrorCode.HeaderMismatch },
                { "Mcp-Method in capitals", list, RawMcp.ModernHeaders("Tools/List"), 400, McpErrorCode.HeaderMismatch },
                { "no Mcp-Name", call, RawMcp.ModernHeaders(Call), 400, McpErrorCode.HeaderMismatch },
                { "another Mcp-Name", call, RawMcp.ModernHeaders(Call, ("Mcp-Name", "lookup_order")), 400, McpErrorCode.HeaderMismatch },
                { "Mcp-Name badly encoded", call, RawMcp.ModernHeaders(Call, ("Mcp-Name", "=?base64?*?=")), 400, McpErrorCode.HeaderMismatch },
                { "no _meta", NoMeta, RawMcp.ModernHeaders("tools/list"), 400, McpErrorCode.InvalidParams },
                { "revisions differ", list.Replace("2026-07-28", "2025-11-25"), RawMcp.ModernHeaders("tools/list"), 400, McpErrorCode.HeaderMismatch },
                { "no capabilities", list.Replace("/clientCap", "/x"), RawMcp.ModernHeaders("tools/list"), 400, McpErrorCode.InvalidParams },
                { "a response", """{"jsonrpc":"2.0","id":1,"result":{}}""", RawMcp.ModernHeaders("x"), 400, McpErrorCode.InvalidRequest },
                { "removed method", RawMcp.Modern("ping"), RawMcp.ModernHeaders("ping"), 404, McpErrorCode.MethodNotFound },
                { "unknown method", RawMcp.Modern("nope"), RawMcp.ModernHeaders("nope"), 404, McpErrorCode.MethodNotFound },
                { "no tool", RawMcp.Modern(Call), RawMcp.ModernHeaders(Call, ("Mcp-Name", "x")), 400, McpErrorCode.HeaderMismatch },
                { "unknown tool", RawMcp.Modern(Call, "\"name\":\"x\","), RawMcp.ModernHeaders(Call, ("Mcp-Name", "x")), 200, McpErrorCode.InvalidParams },
                { "arguments that are none", call.Replace("{\"item_id\":1}", "[]"), callHeaders, 200, McpErrorCode.InvalidParams },
                { "a cursor that is none", RawMcp.Modern("tools/list", "\"cursor\":5,"), RawMcp.ModernHeaders("tools/list"), 200, McpErrorCode.InvalidParams },
                { "initialize without params", """{"jsonrpc":"2.0","id":1,"method":"initialize"}""", RawMcp.Headers(), 200, McpErrorCode.InvalidParams },
                { "initialize with a later revision", initialize.Replace("2025-11-25", "2026-07-28"), RawMcp.Headers(), 400, McpErrorCode.UnsupportedProtocolVersion },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_request_gets_its_error(string what, string body, Dictionary<string, string?> headers, int status, McpErrorCode code)
    {
        await using LoopbackListener listener = await LoopbackListener.StartAsync(static app => ToolsRole.MapDb(app, new ToolsSettings()));
        using var client = new RawMcp(listener.Mcp);

        RawAnswer answer = await client.PostAsync(body, headers);

        Assert.True((status, (int)code) == (answer.Status, answer.ErrorCode), $"{what}: {answer.Status} {answer.Body}");
        Assert.Equal("2.0", answer.Body.GetProperty("jsonrpc").GetString());
    }

    [Fact]
    public async Task An_error_bears_the_id_of_its_request()
    {
        await using LoopbackListener listener = await LoopbackListener.StartAsync(static app => ToolsRole.MapDb(app, new ToolsSettings()));
        using var client = new RawMcp(listener.Mcp);

        RawAnswer number = await client.PostAsync("""{"jsonrpc":"2.0","id":7,"method":"tools/list"}""", RawMcp.Headers());
        RawAnswer text = await client.PostAsync("""{"jsonrpc":"1.0","id":"a","method":"tools/list"}""", RawMcp.Headers());
        RawAnswer none = await client.PostAsync("{", RawMcp.Headers());

        Assert.Equal(7, number.Body.GetProperty("id").GetInt32());
        Assert.Equal("a", text.Body.GetProperty("id").GetString());
        Assert.False(none.Body.TryGetProperty("id", out _));
    }

    [Fact]
    public async Task An_unsupported_revision_is_told_the_supported_ones()
    {
        await using LoopbackListener listener = await LoopbackListener.StartAsync(static app => ToolsRole.MapDb(app, new ToolsSettings()));
        using var client = new RawMcp(listener.Mcp);

        RawAnswer answer = await client.PostAsync(RawMcp.Modern("tools/list"), RawMcp.ModernHeaders("tools/list", ("MCP-Protocol-Version", "2027-01-01")));

        var data = answer.Body.GetProperty("error").GetProperty("data");
        Assert.Equal("2027-01-01", data.GetProperty("requested").GetString());
        Assert.Contains("2026-07-28", data.GetProperty("supported").EnumerateArray().Select(static known => known.GetString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_bound_is_refused(bool withLength)
    {
        await using LoopbackListener listener = await LoopbackListener.StartAsync(
            static app => ToolsRole.MapDb(app, new ToolsSettings { MaxRequestBytes = 4096 }));
        using var client = new RawMcp(listener.Mcp);
        (string, string?)[] framing = withLength ? [] : [("Transfer-Encoding", "chunked")];

        RawAnswer answer = await client.PostAsync(RawMcp.Initialize + new string(' ', 5000), RawMcp.Headers(framing));

        Assert.Equal(413, answer.Status);
        Assert.Contains("4096", answer.ErrorMessage);
    }

    [Fact]
    public async Task Random_and_truncated_bodies_never_break_the_server()
    {
        await using LoopbackListener listener = await LoopbackListener.StartAsync(static app => ToolsRole.MapDb(app, new ToolsSettings()));
        using var client = new RawMcp(listener.Mcp);
        var random = new Random(42);
        byte[] good = Encoding.UTF8.GetBytes(RawMcp.Modern(Call, Name));
        Dictionary<string, string?> headers = RawMcp.ModernHeaders(Call, ("Mcp-Name", "check_stock"));

        for (int i = 0; i < 600; i++)
        {
            byte[] body = i % 3 == 0 ? good[..random.Next(good.Length)] : (byte[])good.Clone();
            for (int flips = i % 3; flips > 0; flips--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            RawAnswer answer = await client.SendAsync(HttpMethod.Post, body, headers);
            Assert.True(answer.Status is 200 or 202 or 400 or 404, $"{answer.Status} for {Encoding.UTF8.GetString(body)}");
        }

        RawAnswer after = await client.SendAsync(HttpMethod.Post, good, headers);
        Assert.True(after.Body.TryGetProperty("result", out _));
    }
}
