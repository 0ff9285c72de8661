using FsCheck;
using FsCheck.Fluent;
using NodeBox.Probing.Slicing;

namespace NodeBox.Tests.Probing.Slicing;

public sealed class SilencesTests
{
    [Fact]
    public void One_interval_has_none()
    {
        var silences = new Silences();
        silences.Add(10, 20);
        Assert.Equal((0UL, 10UL, 20UL), (silences.LongestNs, silences.FirstNs, silences.LastNs));
    }

    [Fact]
    public void A_late_interval_splits_the_silence_that_it_falls_into()
    {
        var silences = new Silences();
        silences.Add(0, 10);
        silences.Add(110, 120);
        Assert.Equal(100UL, silences.LongestNs);
        silences.Add(40, 50);
        Assert.Equal(60UL, silences.LongestNs);
        silences.Add(5, 45);
        Assert.Equal(60UL, silences.LongestNs);
        silences.Add(49, 112);
        Assert.Equal(0UL, silences.LongestNs);
    }

    [Fact]
    public void The_longest_is_the_same_in_whatever_order_traffic_is_reported()
    {
        // Up to nine intervals leave no more gaps than are kept.
        Gen<(int Begin, int Length, int Key)[]> intervals = Gen.Choose(0, 200).SelectMany(
            static begin => Gen.Choose(0, 30).SelectMany(length => Gen.Choose(0, int.MaxValue).Select(key => (begin, length, key)))).ArrayOf(9);
        Prop.ForAll(intervals.ToArbitrary(), static all =>
        {
            var silences = new Silences();
            foreach ((int begin, int length, _) in all.OrderBy(static interval => interval.Key))
            {
                silences.Add((ulong)begin + 1, (ulong)(begin + length) + 1);
            }

            Assert.Equal(LongestOf(all), silences.LongestNs);
        }).QuickCheckThrowOnFailure();
    }

    private static ulong LongestOf((int Begin, int Length, int Key)[] intervals)
    {
        ulong longest = 0;
        int last = int.MaxValue;
        foreach ((int begin, int length, _) in intervals.OrderBy(static interval => interval.Begin))
        {
            longest = Math.Max(longest, (ulong)Math.Max(0, begin - last));
            last = last == int.MaxValue ? begin + length : Math.Max(last, begin + length);
        }

        return longest;
    }
}
