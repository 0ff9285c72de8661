using System.Diagnostics;
using NodeBox.Accounting.Tests.Comparing;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>Tasks that are over before any sampling would notice them.</summary>
public sealed class ShortTaskTests
{
    private const int Tasks = 100;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tasks_shorter_than_50_ms(bool onOneConnection)
    {
        await using Case @case = await Case.WithGatewayAsync();
        List<TimeSpan> durations = [];
        PeerConnection? kept = null;
        for (int i = 0; i < Tasks; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            PeerConnection connection = kept ?? await @case.ConnectAsync(Case.GatewayPort);
            kept = onOneConnection ? connection : null;
            await connection.WriteAsync(Call.Next().Request());
            await connection.ReadResponseAsync();
            durations.Add(Stopwatch.GetElapsedTime(begin));
            if (kept is null)
            {
                connection.Dispose();
            }
        }

        (Comparison comparison, _, _) = await @case.FinishAsync();
        kept?.Dispose();
        comparison.AssertExact(Tasks);
        durations.Sort();
        Assert.InRange(durations[Tasks / 2], TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
    }
}
