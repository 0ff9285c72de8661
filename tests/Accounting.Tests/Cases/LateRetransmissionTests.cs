using NodeBox.Accounting.Tests.Comparing;
using NodeBox.Accounting.Tests.Networks;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>Bytes of an exchange that are sent, or arrive, again when the next one has begun.</summary>
public sealed class LateRetransmissionTests
{
    private static readonly string s_toPeer = $"ip saddr {CaseNetwork.NodeAddress} ip daddr {CaseNetwork.PeerAddress}";

    [Fact]
    public Task The_node_sends_a_response_again_after_the_next_request_has_come() => AssertLateAsync(leastSlices: 2, static async () =>
    {
        await using Case @case = await Case.WithGatewayAsync();
        using PeerConnection connection = await @case.ConnectAsync(Case.GatewayPort);
        @case.Losses.DropNext($"{s_toPeer} tcp sport {Case.GatewayPort} ip length > 200");
        await connection.WriteAsync(Call.Next().Request());
        await Task.Delay(20);
        await connection.WriteAsync(Call.Next().Request());
        Assert.StartsWith("HTTP/1.1 200", await connection.ReadResponseAsync());
        Assert.StartsWith("HTTP/1.1 200", await connection.ReadResponseAsync());
        return await FinishAsync(@case);
    });

    [Fact]
    public Task The_node_gets_a_response_again_after_it_has_sent_the_next_request() => AssertLateAsync(leastSlices: 4, static async () =>
    {
        await using Case @case = await Case.WithForeignServiceAsync();
        @case.Serve(async (connection, _) =>
        {
            await connection.ReadRequestAsync();

            // Nobody tells the peer that its response came, so that it sends it once more.
            @case.Losses.Drop($"{s_toPeer} tcp dport {Case.NextPort}");
            await connection.WriteAsync(Call.Answer());
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Call.Answer());
            await connection.EndAsync();
        });
        Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
        Task<string> second = @case.CallAsync(Call.Next());
        await Task.Delay(500);
        @case.Losses.Stop();
        Assert.StartsWith("HTTP/1.1 200", await second);
        return await FinishAsync(@case);
    });

    [Fact]
    public Task The_node_sends_the_end_of_a_request_again_after_it_has_begun_the_next() => AssertLateAsync(leastSlices: 4, static async () =>
    {
        // The request's last packet is the only one of its length; its first transmissions are lost.
        await using Case @case = await Case.WithForeignServiceAsync(requestBytes: 10_000);
        @case.Losses.DropNext($"{s_toPeer} tcp dport {Case.NextPort} ip length 200-1000", times: 2);
        @case.Serve(static async (connection, _) =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.WriteAsync(Call.Answer());
            await connection.ReadAsync(10_000);
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Call.Answer());
            await connection.EndAsync();
        });
        Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
        Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next()));
        return await FinishAsync(@case);
    });

    // Where nothing reported the one retransmission, nothing is shown about it: see Comparison.Unreported.
    private static async Task AssertLateAsync(int leastSlices, Func<Task<Comparison>> test)
    {
        Comparison comparison = await test();
        for (int attempt = 1; attempt < 3 && comparison.Unreported > 0; attempt++)
        {
            Console.WriteLine($"attempt {attempt} of 3: {comparison}");
            comparison.AssertExact(leastSlices);
            comparison = await test();
        }

        comparison.AssertExact(leastSlices);
        Assert.Equal(0, comparison.Unreported);
    }

    private static async Task<Comparison> FinishAsync(Case @case)
    {
        (Comparison comparison, IReadOnlyList<EndTruth> truth, _) = await @case.FinishAsync();
        Assert.Contains(truth, static end => end.Slices.Any(static slice => slice.LateRepeats > 0));
        return comparison;
    }
}
