using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Tests.Llm.Engines;

public sealed class RestartBackoffTests
{
    [Fact]
    public void Waits_twice_as_long_each_time_up_to_half_a_minute()
    {
        var backoff = new RestartBackoff();

        double[] delays = [.. Enumerable.Range(0, 9).Select(_ => backoff.Next(TimeSpan.FromSeconds(59)).TotalSeconds)];

        Assert.Equal([0, 1, 2, 4, 8, 16, 30, 30, 30], delays);
    }

    [Fact]
    public void Begins_anew_after_a_minute_of_life()
    {
        var backoff = new RestartBackoff();
        backoff.Next(TimeSpan.Zero);
        backoff.Next(TimeSpan.Zero);

        Assert.Equal(TimeSpan.Zero, backoff.Next(TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.Next(TimeSpan.Zero));
    }
}
