using NodeBox.Accounting.Tests.Comparing;

namespace NodeBox.Accounting.Tests.Cases;

public sealed class ExpectContinueTests
{
    [Fact]
    public async Task Bodies_that_wait_for_100_Continue()
    {
        await using Case @case = await Case.WithGatewayAsync();
        using PeerConnection connection = await @case.ConnectAsync(Case.GatewayPort);
        for (int i = 0; i < 5; i++)
        {
            await connection.WriteAsync(Call.Next().Head(padding: 30_000, fields: "Expect: 100-continue\r\n"));
            Assert.StartsWith("HTTP/1.1 100", await connection.ReadResponseAsync());
            await connection.WriteAsync(Call.Body(padding: 30_000));
            Assert.StartsWith("HTTP/1.1 200", await connection.ReadResponseAsync());
        }

        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(5);
    }
}
