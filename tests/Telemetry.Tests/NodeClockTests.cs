using System.Diagnostics;

namespace NodeBox.Telemetry.Tests;

public sealed class NodeClockTests
{
    [Fact]
    public void Agrees_with_the_wall_clock()
    {
        long wallNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

        // A step of the wall clock since this process started would show here, and nowhere else: that is what the clock is for.
        Assert.InRange(NodeClock.NowNs() - wallNs, -1_000_000_000, 1_000_000_000);
    }

    [Fact]
    public void Never_goes_back()
    {
        long last = NodeClock.NowNs();
        for (int i = 0; i < 100_000; i++)
        {
            long now = NodeClock.NowNs();
            Assert.True(now >= last);
            last = now;
        }
    }

    [Fact]
    public void Converts_the_monotonic_clock_by_one_offset()
    {
        long monotonicNs = Stopwatch.GetTimestamp();
        Assert.Equal(monotonicNs + NodeClock.OffsetNs, NodeClock.FromMonotonic(monotonicNs));
        Assert.InRange(NodeClock.NowNs() - NodeClock.FromMonotonic(monotonicNs), 0, 1_000_000_000);
    }
}
