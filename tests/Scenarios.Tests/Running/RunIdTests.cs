using NodeBox.Scenarios.Running;

namespace NodeBox.Scenarios.Tests.Running;

public sealed class RunIdTests
{
    [Fact]
    public void Has_the_time_and_six_random_digits()
    {
        string id = RunId.New(new DateTime(2026, 3, 4, 15, 6, 7, DateTimeKind.Utc));
        Assert.Matches("^20260304T150607Z-[0-9a-f]{6}$", id);
    }

    [Fact]
    public void Sorts_by_time_and_hardly_ever_repeats()
    {
        DateTime begin = new(2025, 12, 31, 23, 59, 50, DateTimeKind.Utc);
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => RunId.New(begin.AddSeconds(i)))];
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.True(Enumerable.Range(0, 100).Select(_ => RunId.New(begin)).Distinct().Count() > 95);
    }
}
