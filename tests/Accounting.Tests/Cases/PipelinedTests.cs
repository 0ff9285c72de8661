using NodeBox.Accounting.Tests.Comparing;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>Requests that follow each other within a millisecond.</summary>
public sealed class PipelinedTests
{
    private const int Calls = 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_that_do_not_wait_for_responses(bool inOneWrite)
    {
        await using Case @case = await Case.WithGatewayAsync();
        using PeerConnection connection = await @case.ConnectAsync(Case.GatewayPort);
        string[] requests = [.. Enumerable.Range(0, Calls).Select(static _ => Call.Next().Request())];
        foreach (string write in inOneWrite ? [string.Concat(requests)] : requests)
        {
            await connection.WriteAsync(write);
        }

        for (int i = 0; i < Calls; i++)
        {
            Assert.StartsWith("HTTP/1.1 200", await connection.ReadResponseAsync());
        }

        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(Calls);
    }

    [Fact]
    public async Task Calls_that_use_a_connection_again_at_once()
    {
        await using Case @case = await Case.WithForeignServiceAsync();
        @case.Serve(static async (connection, _) =>
        {
            for (int i = 0; i < Calls; i++)
            {
                await connection.ReadRequestAsync();
                await connection.WriteAsync(Call.Answer());
            }
        });
        using PeerConnection caller = await @case.ConnectAsync(Case.GatewayPort);
        await caller.WriteAsync(string.Concat(Enumerable.Range(0, Calls).Select(static _ => Call.Next().Request())));
        for (int i = 0; i < Calls; i++)
        {
            Assert.StartsWith("HTTP/1.1 200", await caller.ReadResponseAsync());
        }

        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(2 * Calls);
    }
}
