using System.Numerics;
using Google.Protobuf.Collections;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing.Slicing;

/// <summary>
/// Counts of values in buckets: values below 32 each have their own, above that every power of two has 16, so that a bucket's bound is
/// at most 1/16 above what it holds. Only buckets that hold something take memory: most slices have a handful of values.
/// </summary>
internal sealed class Histogram
{
    private const int SubBucketBits = 4;

    private List<(int Bucket, uint Count)>? _counts;

    public Histogram()
    {
    }

    public Histogram(Histogram other) => _counts = other._counts is null ? null : [.. other._counts];

    public void Add(uint value)
    {
        int bucket = BucketOf(value);
        _counts ??= [];
        int at = _counts.Count - 1;
        while (at >= 0 && _counts[at].Bucket > bucket)
        {
            at--;
        }

        if (at >= 0 && _counts[at].Bucket == bucket)
        {
            _counts[at] = (bucket, _counts[at].Count + 1);
        }
        else
        {
            _counts.Insert(at + 1, (bucket, 1));
        }
    }

    /// <summary>Appends the buckets that hold something, smallest first.</summary>
    public void WriteTo(RepeatedField<HistogramBucket> buckets)
    {
        foreach ((int bucket, uint count) in _counts ?? [])
        {
            buckets.Add(new HistogramBucket { Le = BoundOf(bucket), Count = count });
        }
    }

    private static int BucketOf(uint value)
    {
        int shift = Math.Max(0, BitOperations.Log2(value | 1) - SubBucketBits);
        return (shift << SubBucketBits) + (int)(value >> shift);
    }

    // The largest value of a bucket.
    private static ulong BoundOf(int bucket)
    {
        int shift = Math.Max(0, (bucket >> SubBucketBits) - 1);
        ulong first = (ulong)(bucket - (shift << SubBucketBits));
        return ((first + 1) << shift) - 1;
    }
}
