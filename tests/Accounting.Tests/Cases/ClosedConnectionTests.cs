using NodeBox.Accounting.Tests.Comparing;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>Connections that one end closes in the middle of a call.</summary>
public sealed class ClosedConnectionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_closes_in_the_middle_of_its_request(bool reset)
    {
        await using Case @case = await Case.WithGatewayAsync();
        using PeerConnection connection = await @case.ConnectAsync(Case.GatewayPort);
        await connection.WriteAsync(Call.Next().Request());
        await connection.ReadResponseAsync();
        Call broken = Call.Next();
        await connection.WriteAsync(broken.Head(padding: 50_000));
        await connection.WriteAsync(Call.Body(padding: 50_000)[..20_000]);

        // The node has read all this and waits for more.
        await Task.Delay(100);
        if (reset)
        {
            connection.Reset();
        }
        else
        {
            connection.Finish();
            await connection.EndAsync();
        }

        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_closes_in_the_middle_of_its_response(bool reset)
    {
        await using Case @case = await Case.WithForeignServiceAsync();
        @case.Serve(async (connection, _) =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Call.Answer());
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Call.Answer(padding: 50_000)[..20_000]);
            await Task.Delay(100);
            if (reset)
            {
                connection.Reset();
            }
            else
            {
                connection.Finish();
                await connection.EndAsync();
            }
        });
        Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
        Assert.StartsWith("HTTP/1.1 502", await @case.CallAsync(Call.Next()));
        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(4);
    }

    [Fact]
    public async Task A_kept_connection_closes_under_a_request()
    {
        await using Case @case = await Case.WithForeignServiceAsync();
        @case.Serve(static async (connection, _) =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Call.Answer());
            await connection.ReadRequestAsync();
            connection.Reset();
        });
        Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
        Assert.StartsWith("HTTP/1.1 502", await @case.CallAsync(Call.Next()));
        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(4);
    }

    [Fact]
    public async Task A_kept_connection_closes_between_requests()
    {
        await using Case @case = await Case.WithForeignServiceAsync();
        @case.Serve(static async (connection, _) =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Call.Answer());
            connection.Finish();
            await connection.EndAsync();
        });
        for (int i = 0; i < 3; i++)
        {
            Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
            await Task.Delay(50);
        }

        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(6);
    }
}
