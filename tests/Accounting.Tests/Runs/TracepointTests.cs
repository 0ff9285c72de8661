using NodeBox.Accounting.Tests.Cases;
using NodeBox.Accounting.Tests.Comparing;
using NodeBox.Accounting.Tests.Networks;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Runs;

/// <summary>The same load, seen by another tool in the same run.</summary>
public sealed class TracepointTests
{
    private const int Calls = 60;

    [Fact]
    public async Task Bpftrace_sees_the_same_connections_bytes_and_retransmissions()
    {
        Tool.SkipUnlessPossible("bpftrace", "nft");
        await using Case @case = await Case.WithForeignServiceAsync(requestBytes: 20_000);
        using TracepointWatch watch = await TracepointWatch.StartAsync(Path.GetTempPath());
        @case.Serve(static async (connection, _) =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Call.Answer(padding: 20_000, fields: "Connection: close\r\n"));
            await connection.EndAsync();
        });

        // Only packets with data: other tools count SYNs and FINs that are sent again, too.
        @case.Losses.DropAtRandom(percent: 3, "ip length > 100");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Calls),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (_, _) => Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(Call.Next())));
        @case.Losses.Stop();

        (Comparison comparison, _, IReadOnlyList<RecordedFlow> recorded) = await @case.FinishAsync();
        IReadOnlyList<TracedConnection> traced = await watch.StopAsync();
        comparison.AssertExact(2 * Calls);
        string[] seenByIt = [.. traced.Where(static seen => IsOfTheLoad(seen.Local.Port, seen.Remote.Port)).Select(Describe).Order()];
        string[] recordedByUs = [.. recorded.Where(static flow => flow.IsClosed && IsOfTheLoad(flow.Local.Port, flow.Remote.Port)).Select(Describe).Order()];
        Assert.Equal(2 * Calls, recordedByUs.Length);
        Assert.Equal(seenByIt, recordedByUs);
        Assert.NotEqual(0, traced.Sum(static seen => seen.RetransSegs));

        // It counts attempts: one may be of several segments, or fail. What no tracepoint saw it has not seen either.
        int unseen = traced.Count(static seen => seen.Retransmissions == 0 && seen.RetransSegs > 0);
        Assert.True(unseen <= comparison.Unreported, $"bpftrace lacks the retransmissions of {unseen} connections; {comparison}");
    }

    private static bool IsOfTheLoad(int local, int remote) => local == Case.GatewayPort || remote == Case.NextPort;

    private static string Describe(TracedConnection seen) =>
        $"{seen.Local} {seen.Remote} {new Traffic(seen.TxBytes, seen.RxBytes, seen.TxSegs, seen.RxSegs, seen.RetransSegs, RetransBytes: 0)}";

    private static string Describe(RecordedFlow flow) => $"{flow.Local} {flow.Remote} {flow.Traffic with { RetransBytes = 0 }}";
}
