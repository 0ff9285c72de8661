using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.Collections;
using NodeBox.Probing.Slicing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Tests.Probing.Slicing;

public sealed class HistogramTests
{
    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(1u, 1u)]
    [InlineData(31u, 31u)]
    [InlineData(32u, 33u)]
    [InlineData(33u, 33u)]
    [InlineData(34u, 35u)]
    [InlineData(63u, 63u)]
    [InlineData(64u, 67u)]
    [InlineData(1000u, 1023u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    public void A_value_falls_into_the_bucket_whose_bound_is_next(uint value, uint bound)
    {
        Assert.Equal(bound, Assert.Single(Of(value)).Le);
    }

    [Fact]
    public void Buckets_are_in_order_and_hold_every_value_within_a_sixteenth()
    {
        Prop.ForAll<uint[]>(static values =>
        {
            RepeatedField<HistogramBucket> buckets = Of(values);
            Assert.Equal(values.Length, buckets.Sum(static bucket => (long)bucket.Count));
            Assert.Equal(buckets.Select(static bucket => bucket.Le).Distinct().Order(), buckets.Select(static bucket => bucket.Le));
            ulong[] bounds = [.. buckets.SelectMany(static bucket => Enumerable.Repeat(bucket.Le, (int)bucket.Count))];
            Assert.All(values.Order().Zip(bounds), static pair => Assert.InRange(pair.Second, pair.First, pair.First + (pair.First / 16)));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_copy_is_another_one()
    {
        var original = new Histogram();
        original.Add(5);
        var copy = new Histogram(original);
        copy.Add(5);
        RepeatedField<HistogramBucket> buckets = [];
        original.WriteTo(buckets);
        Assert.Equal(1u, Assert.Single(buckets).Count);
    }

    private static RepeatedField<HistogramBucket> Of(params uint[] values)
    {
        var histogram = new Histogram();
        foreach (uint value in values)
        {
            histogram.Add(value);
        }

        RepeatedField<HistogramBucket> buckets = [];
        histogram.WriteTo(buckets);
        return buckets;
    }
}
