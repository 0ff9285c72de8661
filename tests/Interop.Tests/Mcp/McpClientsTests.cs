using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Mcp;

/// <summary>The official MCP clients for Node.js, of both generations, against both tool servers.</summary>
public sealed class McpClientsTests(Testbed testbed)
{
    /// <summary>The revision that is to be spoken, the script, and what the script is told besides the server and the calls.</summary>
    public static TheoryData<string, string, string[]> Clients => new()
    {
        { "2026-07-28", "mcp.mjs", ["2026-07-28"] },
        { "2025-11-25", "mcp.mjs", ["2025-11-25"] },
        { "2025-11-25", "mcp-sdk1.mjs", [] },
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task List_and_call_the_db_server(string revision, string script, string[] options)
    {
        JsonElement said = await NodeScript.RunAsync(script, [
            testbed.DbServer.ToString(),
            .. options,
            """lookup_customer={"customer_id":7}""",
            """search_orders={"customer_id":7,"limit":2}""",
            """check_stock={"item_id":50}""",
            """update_order_status={"order_id":1000,"status":"delivered"}""",
            """lookup_order={"order_id":1000}""",
            """lookup_order={"order_id":99}""",
            """lookup_order={"order_id":"x"}""",
            "drop_table={}",
        ]);

        Assert.Equal(revision, said.GetProperty("revision").GetString());
        Assert.Equal(
            ["check_stock", "lookup_customer", "lookup_order", "search_orders", "update_order_status"],
            said.GetProperty("tools").EnumerateArray().Select(static tool => tool.GetString()).Order());
        JsonElement[] results = [.. said.GetProperty("results").EnumerateArray()];
        Assert.All(results[..5], static result => Assert.False(result.GetProperty("isError").GetBoolean(), result.ToString()));
        Assert.Equal(7, Structured(results[0]).GetProperty("customer_id").GetInt32());
        Assert.Equal(JsonValueKind.Array, Structured(results[1]).GetProperty("orders").ValueKind);
        Assert.Equal(JsonValueKind.Number, Structured(results[2]).GetProperty("price_cents").ValueKind);
        Assert.Equal("delivered", Structured(results[4]).GetProperty("status").GetString());
        Assert.Equal((true, "no order 99"), (results[5].GetProperty("isError").GetBoolean(), results[5].GetProperty("text").GetString()));
        Assert.True(results[6].GetProperty("isError").GetBoolean());
        Assert.Equal(-32602, results[7].GetProperty("code").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task List_and_call_the_synthetic_server(string revision, string script, string[] options)
    {
        JsonElement said = await NodeScript.RunAsync(script, [
            testbed.SyntheticServer.ToString(),
            .. options,
            """work={"latency_ms":300,"response_bytes":100000,"error_rate":0}""",
            """work={"latency_ms":0,"response_bytes":10,"error_rate":1}""",
            """work={"latency_ms":-1,"response_bytes":10,"error_rate":0}""",
        ]);

        Assert.Equal(revision, said.GetProperty("revision").GetString());
        Assert.Equal("work", Assert.Single(said.GetProperty("tools").EnumerateArray()).GetString());
        JsonElement[] results = [.. said.GetProperty("results").EnumerateArray()];
        Assert.Equal(100_000, results[0].GetProperty("text").GetString()!.Length);
        Assert.Equal([false, true, true], results.Select(static result => result.GetProperty("isError").GetBoolean()));
    }

    private static JsonElement Structured(JsonElement result) => result.GetProperty("structuredContent");
}
