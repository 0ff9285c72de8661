using NodeBox.Accounting.Tests.Comparing;

namespace NodeBox.Accounting.Tests.Cases;

public sealed class Ipv6Tests
{
    [Fact]
    public async Task Calls_over_IPv6()
    {
        const int Calls = 20;
        await using Case @case = await Case.WithForeignServiceAsync(requestBytes: 5000, ipv6: true);
        @case.Serve(static async (connection, _) =>
        {
            for (int i = 0; i < Calls; i++)
            {
                await connection.ReadRequestAsync();
                await connection.WriteAsync(Call.Answer(padding: 5000));
            }
        });
        for (int i = 0; i < Calls; i++)
        {
            Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
        }

        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(2 * Calls);
    }
}
