using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Llm;

/// <summary>The official OpenAI client at an llm role that has one slot and lets one request wait.</summary>
public sealed class OpenAiLimitsTests
{
    [Fact]
    public async Task Is_told_to_come_again_and_frees_the_slot_by_an_abort()
    {
        string address = Loopback.NextAddress();
        await using Nodes nodes = await Nodes.StartAsync(["n1"], "n1", $"""
            slots = 1
            queue_limit = 1
            [nodes.n1]
            address = "{address}"
            role = "llm+collector"
            """);

        JsonElement said = await NodeScript.RunAsync("openai-limits.mjs", $"http://{address}:8000", "testbed");

        Assert.Equal(1, said.GetProperty("waiting").GetInt32());
        Assert.All(said.GetProperty("refused").EnumerateArray(), refused =>
        {
            Assert.Equal("RateLimitError", refused.GetProperty("class").GetString());
            Assert.Equal(429, refused.GetProperty("status").GetInt32());
            Assert.Equal("queue_full", refused.GetProperty("code").GetString());
            Assert.Equal("rate_limit_error", refused.GetProperty("type").GetString());
            Assert.InRange(refused.GetProperty("retryAfter").GetInt32(), 1, 60);
        });
        Assert.Equal(4, said.GetProperty("patientRefused").GetInt32());
        Assert.InRange(said.GetProperty("left").GetInt32(), 0, 7000);
        Assert.Equal(4, said.GetProperty("queued").GetInt32());
        Assert.Equal(4, said.GetProperty("patient").GetInt32());
        Assert.Equal(1, said.GetProperty("cancelled").GetInt32());
        Assert.Equal(0, said.GetProperty("active").GetInt32());
    }
}
