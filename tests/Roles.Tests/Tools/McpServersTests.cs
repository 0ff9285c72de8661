using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace NodeBox.Roles.Tests.Tools;

/// <summary>The official C# client against both servers, in both revisions.</summary>
public sealed class McpServersTests
{
    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_db_server_lists_and_calls_its_tools(string revision)
    {
        await using LoopbackListener listener = await LoopbackListener.StartDbAsync();
        await using McpClient client = await ConnectAsync(listener, revision);

        IList<McpClientTool> tools = await client.ListToolsAsync();
        CallToolResult order = await client.CallToolAsync("lookup_order", Arguments("order_id", 1000));
        CallToolResult unknown = await client.CallToolAsync("lookup_order", Arguments("order_id", 5));

        Assert.Equal(revision, client.NegotiatedProtocolVersion);
        string[] names = ["check_stock", "lookup_customer", "lookup_order", "search_orders", "update_order_status"];
        Assert.Equal(names, tools.Select(static tool => tool.Name).Order());
        Assert.NotEqual(true, order.IsError);
        Assert.Equal(1000, order.StructuredContent!.Value.GetProperty("order_id").GetInt32());
        Assert.Equal(order.StructuredContent!.Value.GetRawText(), Text(order));
        Assert.True(unknown.IsError);
        Assert.Equal("no order 5", Text(unknown));
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_synthetic_server_returns_exactly_what_is_asked_for(string revision)
    {
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync();
        await using McpClient client = await ConnectAsync(listener, revision);

        foreach (int bytes in new[] { 0, 1, 1000, 8 << 20 })
        {
            CallToolResult result = await client.CallToolAsync("work", WorkArguments(0, bytes, 0));
            Assert.Equal(bytes, System.Text.Encoding.UTF8.GetByteCount(Text(result)));
        }
    }

    private static async Task<McpClient> ConnectAsync(LoopbackListener listener, string revision)
    {
        var transport = new HttpClientTransport(
            new HttpClientTransportOptions { Endpoint = listener.Mcp, TransportMode = HttpTransportMode.StreamableHttp });
        return await McpClient.CreateAsync(transport, new McpClientOptions { ProtocolVersion = revision });
    }

    private static string Text(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;

    private static Dictionary<string, object?> Arguments(string name, int value) => new() { [name] = value };

    private static Dictionary<string, object?> WorkArguments(int latencyMs, int responseBytes, double errorRate) =>
        new() { ["latency_ms"] = latencyMs, ["response_bytes"] = responseBytes, ["error_rate"] = errorRate };
}
