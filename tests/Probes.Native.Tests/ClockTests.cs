namespace NodeBox.Probes.Native.Tests;

public sealed class ClockTests
{
    [Fact]
    public void Kernel_time_becomes_wall_time()
    {
        Clock clock = Clock.Sample();

        TimeSpan wall = TimeSpan.FromTicks(clock.ToUnixNs(Clock.KtimeNow()) / 100);

        Assert.InRange((DateTime.UtcNow - DateTime.UnixEpoch) - wall, TimeSpan.FromMilliseconds(-100), TimeSpan.FromMilliseconds(1000));
        Assert.InRange(clock.BoundNs, 0, 1_000_000);
    }

    [Fact]
    public void Samples_agree_within_their_bounds()
    {
        Clock first = Clock.Sample();
        Clock second = Clock.Sample();

        // Time adjustment may slew the wall clock by 0.05 % between the two.
        Assert.InRange(Math.Abs(first.OffsetNs - second.OffsetNs), 0, first.BoundNs + second.BoundNs + 100_000);
    }
}
