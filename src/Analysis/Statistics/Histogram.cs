namespace NodeBox.Analysis.Statistics;

/// <summary>
/// The upper bounds of a figure's buckets, ascending; empty ones may be left out. Nodes count values below 32 each by itself and give every
/// power of two above that 16 buckets, so that such a bound says itself where its bucket begins. Any other bucket, as those of segment
/// sizes, begins at the bound before it, the first at zero. The kernel counts in 32 bits, so that their largest number stands for no
/// bound: such a bucket's values are taken as its lower bound.
/// </summary>
internal sealed class BucketBounds
{
    private const int BucketsOfAPower = 16;

    private readonly long[] _bounds;

    public BucketBounds(IEnumerable<long> bounds) => _bounds = [.. bounds.Distinct().Order()];

    public int Count => _bounds.Length;

    public int IndexOf(long bound) => Array.BinarySearch(_bounds, bound);

    public bool IsOpen(int bucket) => _bounds[bucket] >= uint.MaxValue;

    public double Low(int bucket)
    {
        long before = bucket == 0 ? 0 : _bounds[bucket - 1];
        long end = _bounds[bucket] + 1;
        long width = 1;
        while (end > 2 * BucketsOfAPower * width)
        {
            width *= 2;
        }

        return IsOpen(bucket) || end % width != 0 ? before : Math.Max(before, end - width);
    }

    public double High(int bucket) => IsOpen(bucket) ? Low(bucket) : _bounds[bucket];
}

/// <summary>How many values lie in each bucket; at least one does. Within a bucket values are taken as evenly spread.</summary>
internal sealed class Histogram(BucketBounds bounds, double[] counts)
{
    public BucketBounds Bounds { get; } = bounds;

    /// <summary>A count for each bucket.</summary>
    public ReadOnlySpan<double> Counts => counts;

    public double Total { get; } = counts.Sum();

    /// <summary>Each value taken as its bucket's middle.</summary>
    public double Mean
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < counts.Length; i++)
            {
                sum += counts[i] * (Bounds.Low(i) + Bounds.High(i)) / 2;
            }

            return sum / Total;
        }
    }

    /// <summary>The value that the share <paramref name="p"/> of all values does not exceed, linear within its bucket.</summary>
    public double Quantile(double p)
    {
        double wanted = p * Total;
        double below = 0;
        int last = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0 && below + counts[i] >= wanted)
            {
                return Sample.Between(Bounds.Low(i), Bounds.High(i), (wanted - below) / counts[i]);
            }

            below += counts[i];
            last = counts[i] > 0 ? i : last;
        }

        return Bounds.High(last);
    }
}
