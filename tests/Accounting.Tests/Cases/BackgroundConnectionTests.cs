using NodeBox.Accounting.Tests.Comparing;
using NodeBox.Accounting.Tests.Networks;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>A connection that the pool opens for a request which another connection then carries.</summary>
public sealed class BackgroundConnectionTests
{
    [Fact]
    public async Task A_connection_that_comes_too_late_for_the_request_that_wanted_it()
    {
        await using Case @case = await Case.WithForeignServiceAsync();
        var firstCame = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var secondOpened = new TaskCompletionSource();
        @case.Serve(async (connection, number) =>
        {
            if (number == 2)
            {
                secondOpened.SetResult();
            }

            for (bool held = number == 1; ; held = false)
            {
                await connection.ReadRequestAsync();
                firstCame.TrySetResult();
                await (held ? release.Task : Task.CompletedTask);
                await connection.WriteAsync(Call.Answer());
            }
        });
        Task<string> first = @case.CallAsync(Call.Next());
        await firstCame.Task;
        @case.Losses.Drop($"ip daddr {CaseNetwork.PeerAddress} tcp dport {Case.NextPort} tcp flags & (syn | ack) == syn");
        Call wanting = Call.Next();
        Task<string> second = @case.CallAsync(wanting);
        await Task.Delay(200);
        release.SetResult();
        Assert.StartsWith("HTTP/1.1 200", await first);
        Assert.StartsWith("HTTP/1.1 200", await second);
        @case.Losses.Stop();
        await secondOpened.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Call third = Call.Next();
        Assert.StartsWith("HTTP/1.1 200", await @case.CallAsync(third));

        (Comparison comparison, IReadOnlyList<EndTruth> truth, IReadOnlyList<RecordedFlow> recorded) = await @case.FinishAsync();
        Assert.Equal(2, truth.Count(static end => end.IsClient && end.Remote.Port == Case.NextPort));
        comparison.AssertExact(6);
        RecordedFlow late = recorded.Where(static flow => flow.Remote.Port == Case.NextPort).MaxBy(static flow => flow.BeginNs)!;
        Assert.Equal(wanting.TaskId, late.Slices[0].TaskId);
        Assert.Equal("connection", late.Slices[0].Kind);
        Assert.All(late.Slices.Skip(1), slice => Assert.Equal(third.TaskId, slice.TaskId));
    }
}
