using System.Text;
using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Mcp;

/// <summary>What malformed requests get from a tool server: JSON-RPC errors, with the HTTP status of Streamable HTTP.</summary>
public sealed class MalformedRequestsTests(Testbed testbed)
{
    private const string Initialize = """
        {"jsonrpc":"2.0","id":1,"method":"initialize",
         "params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}
        """;

    private static readonly (string Name, string Value) s_accept = ("Accept", "application/json, text/event-stream");

    /// <summary>The body, the HTTP status and the JSON-RPC code, in the revisions with sessions.</summary>
    public static TheoryData<string, int, int> BadWithSessions => new()
    {
        { "", 400, -32700 },
        { "{", 400, -32700 },
        { """{"jsonrpc":"2.0","id":1,"method":"\ud800"}""", 400, -32700 },
        { "null", 400, -32600 },
        { $"[{Initialize}]", 400, -32600 },
        { """{"id":1,"method":"ping"}""", 400, -32600 },
        { """{"jsonrpc":"2.0","id":{},"method":"ping"}""", 400, -32600 },
        { """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", 400, -32600 },
        { """{"jsonrpc":"2.0","id":1,"method":"initialize"}""", 200, -32602 },
        { """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":7}}""", 200, -32602 },
    };

    /// <summary>
    /// The method, further members of the params, the tool in the header, the HTTP status and the JSON-RPC code, in revision 2026-07-28.
    /// </summary>
    public static TheoryData<string, string, string?, int, int> BadWithoutSessions => new()
    {
        { "nope", "", null, 404, -32601 },
        { "ping", "", null, 404, -32601 },
        { "tools/list", "\"cursor\":5,", null, 200, -32602 },
        { "tools/call", "", null, 400, -32020 },
        { "tools/call", "\"name\":\"drop_table\",", "drop_table", 200, -32602 },
        { "tools/call", "\"name\":\"check_stock\",\"arguments\":[],", "check_stock", 200, -32602 },
        { "tools/call", "\"name\":\"check_stock\",\"arguments\":{\"item_id\":1},", "lookup_order", 400, -32020 },
    };

    [Theory]
    [MemberData(nameof(BadWithSessions))]
    public async Task Get_their_error_in_the_revisions_with_sessions(string body, int status, int code)
    {
        RawAnswer answer = await testbed.Http.PostAsync(testbed.DbServer, body, s_accept);

        AssertError(status, code, answer);
    }

    [Theory]
    [MemberData(nameof(BadWithoutSessions))]
    public async Task Get_their_error_in_the_revision_without_sessions(string method, string members, string? tool, int status, int code)
    {
        RawAnswer answer = await testbed.Http.PostAsync(testbed.DbServer, Body(method, members), Headers(method, tool));

        AssertError(status, code, answer);
    }

    [Theory]
    [InlineData("Accept", "application/json", 406)]
    [InlineData("Content-Type", "text/plain", 415)]
    [InlineData("Mcp-Session-Id", "gone", 404)]
    [InlineData("Origin", "http://evil.example", 403)]
    public async Task Get_an_error_where_a_header_is_wrong(string header, string value, int status)
    {
        (string, string)[] headers = header == "Accept" ? [(header, value)] : [s_accept, (header, value)];

        RawAnswer answer = await testbed.Http.PostAsync(testbed.SyntheticServer, Initialize, headers);

        AssertError(status, -32600, answer);
    }

    [Fact]
    public async Task Are_told_which_revisions_there_are()
    {
        RawAnswer answer = await testbed.Http.PostAsync(testbed.DbServer, Initialize, s_accept, ("MCP-Protocol-Version", "1999-01-01"));

        AssertError(400, -32022, answer);
        JsonElement supported = answer.Error().GetProperty("data").GetProperty("supported");
        string?[] known = [.. supported.EnumerateArray().Select(static revision => revision.GetString())];
        Assert.Contains("2025-11-25", known);
        Assert.Contains("2026-07-28", known);
    }

    [Fact]
    public async Task Of_random_damage_break_nothing()
    {
        const string Method = "tools/call";
        var random = new Random(22);
        byte[] good = Encoding.UTF8.GetBytes(Body(Method, "\"name\":\"check_stock\",\"arguments\":{\"item_id\":1},"));
        (string, string)[] headers = Headers(Method, "check_stock");
        for (int i = 0; i < 200; i++)
        {
            RawAnswer answer = await testbed.Http.PostAsync(testbed.DbServer, random.Damaged(good), headers);

            Assert.True(answer.Status is 200 or 202 or 400 or 404, answer.ToString());
        }

        Assert.True((await testbed.Http.PostAsync(testbed.DbServer, good, headers)).Json().TryGetProperty("result", out _));
    }

    private static void AssertError(int status, int code, RawAnswer answer)
    {
        Assert.True((status, code) == (answer.Status, answer.Error().GetProperty("code").GetInt32()), answer.ToString());
        Assert.Equal("2.0", answer.Json().GetProperty("jsonrpc").GetString());
        Assert.NotEmpty(answer.Error().GetProperty("message").GetString()!);
    }

    private static string Body(string method, string members) => $$$"""
        {"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{{{{members}}}"_meta":{
          "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{} } } }
        """;

    private static (string Name, string Value)[] Headers(string method, string? tool)
    {
        (string, string)[] headers = [s_accept, ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)];
        return tool is null ? headers : [.. headers, ("Mcp-Name", tool)];
    }
}
