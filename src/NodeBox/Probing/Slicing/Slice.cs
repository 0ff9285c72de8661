using Google.Protobuf;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing.Slicing;

/// <summary>One slice of a flow: where it begins, and what happened to its bytes.</summary>
internal sealed class Slice
{
    private readonly Emission _emission;

    public Slice(in SliceCut cut)
    {
        Cut = cut;
        Shape = new Shape();
        _emission = new Emission();
    }

    /// <summary>A copy that can be added to without changing the other. What was emitted of either counts for both.</summary>
    public Slice(Slice other)
    {
        Cut = other.Cut;
        Shape = new Shape(other.Shape);
        _emission = other._emission;
        (RetransSegs, RetransBytes, Begin) = (other.RetransSegs, other.RetransBytes, other.Begin);
    }

    public SliceCut Cut { get; }

    public Shape Shape { get; }

    /// <summary>Its beginning, once the slice before it is forgotten.</summary>
    public Position? Begin { get; set; }

    /// <summary>Retransmitted data segments.</summary>
    public ulong RetransSegs { get; set; }

    /// <summary>Their payload.</summary>
    public ulong RetransBytes { get; set; }

    /// <summary>Whether something happened to it since its record was taken.</summary>
    public bool IsChanged => _emission.IsDue;

    /// <summary>Says that something happened to it.</summary>
    public void Change() => _emission.IsDue = true;

    /// <summary>Its record, or null where it says nothing that the one before did not.</summary>
    /// <param name="flowId">The flow's name.</param>
    /// <param name="begin">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="boundaryNs">When that boundary was made, in ns of CLOCK_MONOTONIC.</param>
    /// <param name="hasBursts">Whether bursts and late duplicates are measured.</param>
    /// <param name="srttUs">The kernel's smoothed RTT at the end, null where it is not known.</param>
    public SliceRecord? TakeRecord(string flowId, in Position begin, in Position end, ulong boundaryNs, bool hasBursts, uint? srttUs)
    {
        var record = new SliceRecord
        {
            FlowId = flowId,
            Slice = Cut.Slice,
            Kind = Cut.Kind.ToString().ToLowerInvariant(),
            BeginNs = NodeClock.FromMonotonic((long)BeginKtimeNs),
            TxBytes = (ulong)(end.TxBytes - begin.TxBytes),
            RxBytes = (ulong)(end.RxBytes - begin.RxBytes),
            TxSegs = (ulong)(end.TxSegs - begin.TxSegs),
            RxSegs = (ulong)(end.RxSegs - begin.RxSegs),
            RetransSegs = RetransSegs,
            RetransBytes = RetransBytes,
            SegsExact = begin.SegsExact && end.SegsExact && hasBursts && !Shape.Missing.HasFlag(Missing.Duplicates),
            Shared = Cut.IsShared || Shape.Missing.HasFlag(Missing.Cuts),
            Shape = Shape.ToRecord(hasBursts),
        };
        Attribute(record, Cut.Tag);
        if (Shape.MinRttUs is { } minRttUs)
        {
            record.MinRttUs = minRttUs;
        }

        if (!_emission.IsNew(record))
        {
            return null;
        }

        // What ends a slice is known when the next begins, which may be much later: the last data is its end. Neither that nor the
        // estimate makes a record new.
        record.EndNs = NodeClock.FromMonotonic((long)Math.Max(BeginKtimeNs, Shape.LastNs != 0 ? Shape.LastNs : boundaryNs));
        if (srttUs is { } srtt)
        {
            record.SrttUs = srtt;
        }

        return record;
    }

    // A server's boundary is made when the headers are parsed, after their bytes have come.
    private ulong BeginKtimeNs => Shape.FirstNs == 0 ? (ulong)Cut.AtMonotonicNs : Math.Min((ulong)Cut.AtMonotonicNs, Shape.FirstNs);

    private static void Attribute(SliceRecord record, Tag? tag)
    {
        if (tag is null)
        {
            return;
        }

        byte[] task = new byte[16];
        byte[] span = new byte[8];
        tag.TaskId.CopyTo(task);
        tag.SpanId.CopyTo(span);
        record.TaskId = UnsafeByteOperations.UnsafeWrap(task);
        record.SpanId = UnsafeByteOperations.UnsafeWrap(span);
        if (tag.AgentId is { } agent)
        {
            record.AgentId = agent;
        }
    }

    /// <summary>Remembers what was said last, by its hash: records are large, and a slice is kept long after it was emitted.</summary>
    private sealed class Emission
    {
        private int? _hash;

        public bool IsDue { get; set; } = true;

        public bool IsNew(SliceRecord record)
        {
            IsDue = false;

            // A message's own hash combines its numbers by exclusive or, where equal ones cancel out.
            HashCode hash = default;
            hash.AddBytes(record.ToByteArray());
            int last = hash.ToHashCode();
            bool isNew = last != _hash;
            _hash = last;
            return isNew;
        }
    }
}
