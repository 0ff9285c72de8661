using System.Text;
using ModelContextProtocol;
using NodeBox.Roles.Tools;
using static ModelContextProtocol.McpErrorCode;

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
            string list = Body("tools/list");
            string call = Body(Call, Name);
            Dictionary<string, string?> callHeaders = Modern(Call, ("Mcp-Name", "check_stock"));
            return new()
            {
                { "empty", "", Legacy(), 400, ParseError },
                { "not JSON", "{", Legacy(), 400, ParseError },
                { "a name twice", """{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}""", Legacy(), 400, ParseError },
                { "half a surrogate pair", """{"jsonrpc":"2.0","id":1,"method":"\ud800"}""", Legacy(), 400, ParseError },
                { "too deep", new string('[', 100) + new string(']', 100), Legacy(), 400, ParseError },
                { "null", "null", Legacy(), 400, InvalidRequest },
                { "a batch", $"[{initialize}]", Legacy(), 400, InvalidRequest },
                { "no version", """{"id":1,"method":"ping"}""", Legacy(), 400, InvalidRequest },
                { "another version", """{"jsonrpc":"1.0","id":1,"method":"ping"}""", Legacy(), 400, InvalidRequest },
                { "neither method nor result", """{"jsonrpc":"2.0","id":1}""", Legacy(), 400, InvalidRequest },
                { "an id that is no id", """{"jsonrpc":"2.0","id":{},"method":"ping"}""", Legacy(), 400, InvalidRequest },
                { "no session", """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", Legacy(), 400, InvalidRequest },
                { "unknown session", initialize, Legacy(("Mcp-Session-Id", "x")), 404, InvalidRequest },
                { "no Accept", initialize, Legacy(("Accept", null)), 406, InvalidRequest },
                { "Accept without events", initialize, Legacy(("Accept", "application/json")), 406, InvalidRequest },
                { "another content type", initialize, Legacy(("Content-Type", "text/plain")), 415, InvalidRequest },
                { "unknown revision", initialize, Legacy(("MCP-Protocol-Version", "1999-01-01")), 400, UnsupportedProtocolVersion },
                { "later revision", list, Legacy(("MCP-Protocol-Version", "2099-01-01")), 400, UnsupportedProtocolVersion },
                { "revision in _meta only", list, Legacy(), 400, HeaderMismatch },
                { "no Mcp-Method", list, Legacy(("MCP-Protocol-Version", "2026-07-28")), 400, HeaderMismatch },
                { "another Mcp-Method", list, Modern("tools/call"), 400, HeaderMismatch },
                { "Mcp-Method in capitals", list, Modern("Tools/List"), 400, HeaderMismatch },
                { "no Mcp-Name", call, Modern(Call), 400, HeaderMismatch },
                { "another Mcp-Name", call, Modern(Call, ("Mcp-Name", "lookup_order")), 400, HeaderMismatch },
                { "Mcp-Name badly encoded", call, Modern(Call, ("Mcp-Name", "=?base64?*?=")), 400, HeaderMismatch },
                { "no _meta", NoMeta, Modern("tools/list"), 400, InvalidParams },
                { "revisions differ", list.Replace("2026-07-28", "2025-11-25"), Modern("tools/list"), 400, HeaderMismatch },
                { "no capabilities", list.Replace("/clientCap", "/x"), Modern("tools/list"), 400, InvalidParams },
                { "a response", """{"jsonrpc":"2.0","id":1,"result":{}}""", Modern("x"), 400, InvalidRequest },
                { "removed method", Body("ping"), Modern("ping"), 404, MethodNotFound },
                { "unknown method", Body("nope"), Modern("nope"), 404, MethodNotFound },
                { "no tool", Body(Call), Modern(Call, ("Mcp-Name", "x")), 400, HeaderMismatch },
                { "unknown tool", Body(Call, "\"name\":\"x\","), Modern(Call, ("Mcp-Name", "x")), 200, InvalidParams },
                { "arguments that are none", call.Replace("{\"item_id\":1}", "[]"), callHeaders, 200, InvalidParams },
                { "a cursor that is none", Body("tools/list", "\"cursor\":5,"), Modern("tools/list"), 200, InvalidParams },
                { "initialize without params", """{"jsonrpc":"2.0","id":1,"method":"initialize"}""", Legacy(), 200, InvalidParams },
                { "initialize later", initialize.Replace("2025-11-25", "2026-07-28"), Legacy(), 400, UnsupportedProtocolVersion },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_request_gets_its_error(
        string what, string body, Dictionary<string, string?> headers, int status, McpErrorCode code)
    {
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync();
        using var client = new RawMcp(listener.Mcp);

        RawAnswer answer = await client.PostAsync(body, headers);

        Assert.True((status, (int)code) == (answer.Status, answer.ErrorCode), $"{what}: {answer.Status} {answer.Body}");
        Assert.Equal("2.0", answer.Body.GetProperty("jsonrpc").GetString());
    }

    [Fact]
    public async Task An_error_bears_the_id_of_its_request()
    {
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync();
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
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync();
        using var client = new RawMcp(listener.Mcp);

        RawAnswer answer = await client.PostAsync(Body("tools/list"), Modern("tools/list", ("MCP-Protocol-Version", "2027-01-01")));

        var data = answer.Body.GetProperty("error").GetProperty("data");
        Assert.Equal("2027-01-01", data.GetProperty("requested").GetString());
        Assert.Contains("2026-07-28", data.GetProperty("supported").EnumerateArray().Select(static known => known.GetString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_bound_is_refused(bool withLength)
    {
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync(new ToolsSettings { MaxRequestBytes = 4096 });
        using var client = new RawMcp(listener.Mcp);
        (string, string?)[] framing = withLength ? [] : [("Transfer-Encoding", "chunked")];

        RawAnswer answer = await client.PostAsync(RawMcp.Initialize + new string(' ', 5000), RawMcp.Headers(framing));

        Assert.Equal(413, answer.Status);
        Assert.Contains("4096", answer.ErrorMessage);
    }

    [Fact]
    public async Task Random_and_truncated_bodies_never_break_the_server()
    {
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync();
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

    private static Dictionary<string, string?> Legacy(params (string Name, string? Value)[] others) => RawMcp.Headers(others);

    private static Dictionary<string, string?> Modern(string method, params (string Name, string? Value)[] others) =>
        RawMcp.ModernHeaders(method, others);

    private static string Body(string method, string members = "") => RawMcp.Modern(method, members);
}
