using NodeBox.Accounting.Tests.Comparing;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>Responses that their reader no longer wants.</summary>
public sealed class CancelledStreamTests
{
    [Fact]
    public async Task A_foreign_client_cancels_what_the_node_sends()
    {
        await using Case @case = await Case.WithGatewayAsync(responseBytes: 8 << 20);
        PeerConnection connection = await @case.ConnectAsync(Case.GatewayPort);
        await connection.WriteAsync(Call.Next().Request());
        await connection.ReadAsync(100_000);

        // Closing with bytes unread resets the connection while the node still sends.
        connection.Dispose();
        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(1);
    }

    [Fact]
    public async Task The_node_cancels_what_it_is_sent()
    {
        await using Case @case = await Case.WithForeignServiceAsync();
        var streaming = new TaskCompletionSource();
        @case.Serve(async (connection, _) =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            streaming.SetResult();
            while (true)
            {
                await connection.WriteAsync("400\r\n" + new string('z', 0x400) + "\r\n");
                await Task.Delay(2);
            }
        });
        using (PeerConnection caller = await @case.ConnectAsync(Case.GatewayPort))
        {
            await caller.WriteAsync(Call.Next().Request());
            await streaming.Task;
            await Task.Delay(100);
        }

        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(2);
    }
}
