using NodeBox.Probes.Native;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing.Slicing;

/// <summary>How the traffic of a flow or slice is distributed: what the kernel's facts add up to.</summary>
internal sealed class Shape
{
    private const int NsPerUs = 1000;

    private readonly Histogram _rttUs;
    private readonly Silences _silences;

    // Most flows that a machine has are nobody's and carry little.
    private BurstFigures? _tx;
    private BurstFigures? _rx;
    private uint _longestGapUs;

    public Shape() => (_rttUs, _silences) = (new(), new());

    public Shape(Shape other)
    {
        (_rttUs, _silences) = (new(other._rttUs), new(other._silences));
        (_tx, _rx) = (other._tx is null ? null : new(other._tx), other._rx is null ? null : new(other._rx));
        (_longestGapUs, MinRttUs, Missing) = (other._longestGapUs, other.MinRttUs, other.Missing);
    }

    /// <summary>In µs, null without a sample.</summary>
    public uint? MinRttUs { get; private set; }

    /// <summary>The figures that lack something.</summary>
    public Missing Missing { get; set; }

    /// <summary>When the first data passed, in ns of CLOCK_MONOTONIC; 0 if that is unknown.</summary>
    public ulong FirstNs => _silences.FirstNs;

    /// <summary>When the last data passed; 0 if that is unknown.</summary>
    public ulong LastNs => _silences.LastNs;

    /// <summary>The segments of a direction's bursts.</summary>
    public long SegsOf(TrafficDirection direction) => FiguresOf(direction)?.Segments ?? 0;

    /// <summary>Their payload.</summary>
    public long BytesOf(TrafficDirection direction) => FiguresOf(direction)?.Bytes ?? 0;

    public void AddRtt(uint us)
    {
        _rttUs.Add(us);
        MinRttUs = Math.Min(MinRttUs ?? us, us);
    }

    public void Add(TrafficDirection direction, in Burst burst)
    {
        BurstFigures figures = direction == TrafficDirection.Tx ? _tx ??= new() : _rx ??= new();
        figures.Add(in burst);
        _silences.Add(burst.BeginKtimeNs, burst.EndKtimeNs);
        _longestGapUs = Math.Max(_longestGapUs, burst.LongestGapUs);
    }

    /// <param name="hasBursts">Whether bursts are measured: none is another thing than not measured.</param>
    public TrafficShape ToRecord(bool hasBursts)
    {
        var record = new TrafficShape();
        _rttUs.WriteTo(record.RttUs);
        Missing.WriteTo(record.Missing);
        if (!hasBursts)
        {
            return record;
        }

        record.TxBursts = _tx?.ToRecord() ?? new Bursts();
        record.RxBursts = _rx?.ToRecord() ?? new Bursts();
        _tx?.WriteSizesTo(record.TxSegBytes);
        _rx?.WriteSizesTo(record.RxSegBytes);
        if (_tx is not null && _rx is not null && _rx.FirstNs > _tx.FirstNs)
        {
            record.TtfbUs = (_rx.FirstNs - _tx.FirstNs) / NsPerUs;
        }

        if (FirstNs != 0)
        {
            record.LongestSilenceUs = Math.Max(_longestGapUs, _silences.LongestNs / NsPerUs);
        }

        return record;
    }

    private BurstFigures? FiguresOf(TrafficDirection direction) => direction == TrafficDirection.Tx ? _tx : _rx;
}
