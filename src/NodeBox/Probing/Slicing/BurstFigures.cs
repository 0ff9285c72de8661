using Google.Protobuf.Collections;
using NodeBox.Probes.Native;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing.Slicing;

/// <summary>The bursts of one direction, in the order in which they began.</summary>
internal sealed class BurstFigures
{
    private const int NsPerUs = 1000;

    private readonly Histogram _bytes;
    private readonly Histogram _segs;
    private readonly Histogram _durationUs;
    private readonly Histogram _gapUs;
    private SegmentSizes _sizes;
    private ulong _count;
    private ulong _lastEndNs;

    public BurstFigures() => (_bytes, _segs, _durationUs, _gapUs) = (new(), new(), new(), new());

    public BurstFigures(BurstFigures other)
    {
        (_bytes, _segs, _durationUs, _gapUs) = (new(other._bytes), new(other._segs), new(other._durationUs), new(other._gapUs));
        (_sizes, _count, _lastEndNs) = (other._sizes, other._count, other._lastEndNs);
        (Bytes, Segments, FirstNs) = (other.Bytes, other.Segments, other.FirstNs);
    }

    public long Bytes { get; private set; }

    public long Segments { get; private set; }

    /// <summary>When the first burst began, in ns of CLOCK_MONOTONIC; 0 if there is none.</summary>
    public ulong FirstNs { get; private set; }

    public void Add(in Burst burst)
    {
        _bytes.Add(burst.Bytes);
        _segs.Add(burst.Segments);
        _durationUs.Add(burst.DurationUs);
        if (_count == 0)
        {
            FirstNs = burst.BeginKtimeNs;
        }
        else if (burst.BeginKtimeNs > _lastEndNs)
        {
            _gapUs.Add((uint)Math.Min(uint.MaxValue, (burst.BeginKtimeNs - _lastEndNs) / NsPerUs));
        }

        for (int i = 0; i < SegmentSizes.UpperBounds.Length; i++)
        {
            _sizes[i] += burst.Sizes[i];
        }

        _count++;
        _lastEndNs = Math.Max(_lastEndNs, burst.EndKtimeNs);
        Bytes += burst.Bytes;
        Segments += burst.Segments;
    }

    public Bursts ToRecord()
    {
        var record = new Bursts { Count = _count };
        _bytes.WriteTo(record.Bytes);
        _segs.WriteTo(record.Segs);
        _durationUs.WriteTo(record.DurationUs);
        _gapUs.WriteTo(record.GapUs);
        return record;
    }

    /// <summary>Appends how many segments have which size.</summary>
    public void WriteSizesTo(RepeatedField<HistogramBucket> buckets)
    {
        for (int i = 0; i < SegmentSizes.UpperBounds.Length; i++)
        {
            if (_sizes[i] > 0)
            {
                buckets.Add(new HistogramBucket { Le = SegmentSizes.UpperBounds[i], Count = _sizes[i] });
            }
        }
    }
}
