using System.Text.Json;

namespace NodeBox.Roles.Tests.Tools;

/// <summary>What arguments that do not fit get: a result with isError whose text says what would fit.</summary>
public sealed class ToolArgumentsTests
{
    [Theory]
    [InlineData("lookup_order", """{}""", "missing argument order_id")]
    [InlineData("lookup_order", """{"order_id":"1000"}""", "order_id must be an integer from 1 to 999999999999")]
    [InlineData("lookup_order", """{"order_id":1000.5}""", "order_id must be an integer from 1 to 999999999999")]
    [InlineData("lookup_order", """{"order_id":0}""", "order_id must be an integer from 1 to 999999999999")]
    [InlineData("lookup_order", """{"order_id":1e99}""", "order_id must be an integer from 1 to 999999999999")]
    [InlineData("lookup_order", """{"order_id":null}""", "order_id must be an integer from 1 to 999999999999")]
    [InlineData("lookup_order", """{"order_id":1000,"force":true}""", "unknown argument force; known are order_id")]
    [InlineData("search_orders", """{"customer_id":7,"limit":101}""", "limit must be an integer from 1 to 100")]
    [InlineData("search_orders", """{"customer_id":7,"status":"lost"}""", "status must be one of pending, shipped, delivered, cancelled")]
    [InlineData("search_orders", """{"customer_id":201}""", "no customer 201")]
    [InlineData("update_order_status", """{"order_id":1000}""", "missing argument status")]
    [InlineData("update_order_status", """{"order_id":2000,"status":"pending"}""", "no order 2000")]
    [InlineData("check_stock", """{"item_id":51}""", "no item 51")]
    [InlineData("lookup_customer", """{"customer_id":0}""", "customer_id must be an integer from 1 to 999999999999")]
    [InlineData("work", """{"latency_ms":60001,"response_bytes":0,"error_rate":0}""", "latency_ms must be an integer from 0 to 60000")]
    [InlineData("work", """{"latency_ms":0,"error_rate":0,"response_bytes":8388609}""",
        "response_bytes must be an integer from 0 to 8388608")]
    [InlineData("work", """{"latency_ms":0,"response_bytes":0,"error_rate":1.01}""", "error_rate must be a number from 0 to 1")]
    [InlineData("work", """{"latency_ms":0,"response_bytes":0,"error_rate":-0.01}""", "error_rate must be a number from 0 to 1")]
    [InlineData("work", """{"latency_ms":0,"response_bytes":0,"error_rate":1,"seed":5}""", "synthetic failure: error_rate was 1")]
    public async Task Arguments_that_do_not_fit_are_told_what_would(string tool, string arguments, string text)
    {
        JsonElement result = await CallAsync(tool, arguments);

        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Equal(text, Text(result));
    }

    [Theory]
    [InlineData("lookup_order", """{"order_id":1000.0}""")]
    [InlineData("lookup_order", """{"order_id":1e3}""")]
    [InlineData("search_orders", """{"customer_id":7,"status":"pending","limit":1}""")]
    [InlineData("work", """{"latency_ms":0,"response_bytes":0,"error_rate":0.0,"seed":9007199254740991}""")]
    public async Task Whatever_the_schema_allows_is_accepted(string tool, string arguments)
    {
        JsonElement result = await CallAsync(tool, arguments);

        Assert.False(result.TryGetProperty("isError", out JsonElement isError) && isError.GetBoolean(), Text(result));
    }

    [Fact]
    public async Task The_same_seed_fails_or_succeeds_the_same_way_and_about_as_often_as_asked()
    {
        int failed = 0;
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync();
        for (int seed = 0; seed < 200; seed++)
        {
            string arguments = $$"""{"latency_ms":0,"response_bytes":20,"error_rate":0.3,"seed":{{seed}}}""";
            JsonElement first = await CallAsync(listener, "work", arguments);
            JsonElement second = await CallAsync(listener, "work", arguments);
            Assert.Equal(Text(first), Text(second));
            failed += first.TryGetProperty("isError", out JsonElement isError) && isError.GetBoolean() ? 1 : 0;
        }

        Assert.InRange(failed, 40, 80);
    }

    private static async Task<JsonElement> CallAsync(string tool, string arguments)
    {
        await using LoopbackListener listener =
            tool == "work" ? await LoopbackListener.StartSyntheticAsync() : await LoopbackListener.StartDbAsync();
        return await CallAsync(listener, tool, arguments);
    }

    private static async Task<JsonElement> CallAsync(LoopbackListener listener, string tool, string arguments)
    {
        using var client = new RawMcp(listener.Mcp);
        string body = RawMcp.Modern("tools/call", $"\"name\":\"{tool}\",\"arguments\":{arguments},");
        RawAnswer answer = await client.PostAsync(body, RawMcp.ModernHeaders("tools/call", ("Mcp-Name", tool)));
        return answer.Body.GetProperty("result");
    }

    private static string Text(JsonElement result) => result.GetProperty("content")[0].GetProperty("text").GetString()!;
}
