using NodeBox.Accounting.Tests.Comparing;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>Servers that answer before they have read the whole request.</summary>
public sealed class EarlyReplyTests
{
    private const int Padding = 200_000;

    [Fact]
    public async Task The_node_answers_before_the_request_is_fully_read()
    {
        await using Case @case = await Case.WithGatewayAsync();
        using PeerConnection connection = await @case.ConnectAsync(Case.GatewayPort);
        await connection.WriteAsync(Call.Next().Head(Padding, contentType: "text/plain"));
        await connection.WriteAsync(Call.Body(Padding)[..1000]);
        Assert.StartsWith("HTTP/1.1 415", await connection.ReadResponseAsync());
        await connection.WriteAsync(Call.Body(Padding)[1000..]);
        await connection.WriteAsync(Call.Next().Request());
        Assert.StartsWith("HTTP/1.1 200", await connection.ReadResponseAsync());
        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(2);
    }

    [Fact]
    public async Task The_node_gets_an_answer_before_its_request_is_fully_read()
    {
        await using Case @case = await Case.WithForeignServiceAsync(requestBytes: 1 << 20);
        @case.Serve(static async (connection, _) =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.WriteAsync(Call.Answer());

            // The node has room for the whole request and goes on with the next one behind it.
            await Task.Delay(200);
            await connection.ReadAsync(1 << 20);
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Call.Answer());
            await connection.EndAsync();
        });
        Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
        Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
        (Comparison comparison, _, _) = await @case.FinishAsync();
        comparison.AssertExact(4);
    }
}
