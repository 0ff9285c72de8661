using NodeBox.Roles.Tools;

namespace NodeBox.Roles.Tests.Tools;

public sealed class OriginGuardTests
{
    [Theory]
    [InlineData(null, 200)]
    [InlineData("http://127.0.0.1:{port}", 200)]
    [InlineData("http://localhost:{port}", 200)]
    [InlineData("https://lab.example", 200)]
    [InlineData("HTTPS://LAB.EXAMPLE", 200)]
    [InlineData("http://127.0.0.1:1", 403)]
    [InlineData("http://localhost.attacker.example:{port}", 403)]
    [InlineData("http://attacker.example:{port}", 403)]
    [InlineData("http://127.0.0.2:{port}", 403)]
    [InlineData("null", 403)]
    [InlineData("file://", 403)]
    [InlineData("%%", 403)]
    public async Task A_page_may_call_only_from_an_allowed_origin(string? origin, int status)
    {
        var settings = new ToolsSettings { AllowedOrigins = ["https://lab.example"] };
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync(settings);
        using var client = new RawMcp(listener.Mcp);
        string? sent = origin?.Replace("{port}", $"{listener.Url.Port}");

        // A page behind a rebound name sends that name as Host, too.
        (string, string?)[] host = sent is not null && sent.Contains("attacker") ? [("Host", new Uri(sent).Authority)] : [];
        RawAnswer answer = await client.PostAsync(RawMcp.Initialize, RawMcp.Headers([("Origin", sent), .. host]));

        Assert.Equal(status, answer.Status);
    }
}
