using NodeBox.Probes.Native;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing.Slicing;

/// <summary>
/// One flow's slices: gives every fact to the slice that owns its bytes, and keeps the last ones so that late facts can amend them.
/// A boundary is known before the bytes that are sent behind it, so sent data has an owner at once. What a server receives may belong to a
/// request whose headers are not parsed yet: it waits for the next boundary, except where exchanges are multiplexed and none
/// follows. Offsets are payload bytes since the connection's beginning.
/// </summary>
internal sealed class FlowSlices
{
    /// <summary>Slices kept. The kernel reports 16 RTT samples at once, so of 16 exchanges, and the peer's loss may show later.</summary>
    public const int Kept = 48;

    /// <summary>Received bursts that may wait for their boundary.</summary>
    public const int MaxWaiting = 256;

    /// <summary>The same on a flow that has no boundary yet: most are nobody's and never get one.</summary>
    public const int MaxWaitingUncut = 16;

    /// <summary>Late duplicates that may correct boundaries.</summary>
    public const int MaxDuplicates = 256;

    private readonly bool _hasBursts;
    private readonly KeptSlices _slices;
    private readonly List<(long Offset, Burst Fact)> _waiting = [];
    private readonly List<(long Offset, LateDuplicate Fact)> _duplicates = [];
    private Missing _missingNext;

    /// <param name="hasBursts">Whether bursts and late duplicates are measured.</param>
    public FlowSlices(bool hasBursts) => (_hasBursts, _slices) = (hasBursts, new KeptSlices());

    /// <summary>A copy, for looking ahead.</summary>
    public FlowSlices(FlowSlices other)
    {
        (_hasBursts, _slices) = (other._hasBursts, new KeptSlices(other._slices));
        _waiting.AddRange(other._waiting);
        _duplicates.AddRange(other._duplicates);
        IsPassive = other.IsPassive;
    }

    /// <summary>Whether this end was connected to: then what it receives waits for the request's boundary.</summary>
    public bool IsPassive { get; set; }

    /// <summary>Whether there are more slices than are kept: see <see cref="ForgetOldest"/>.</summary>
    public bool IsCrowded => _slices.Count > Kept;

    /// <summary>Whether the flow has slices.</summary>
    public bool IsCut => _slices.Count > 0;

    /// <summary>Received bursts that wait for a boundary.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Facts that came when the slice they belong to was forgotten.</summary>
    public int Forgotten => _slices.Forgotten;

    /// <summary>Begins a slice. False for one that does not follow on those before.</summary>
    public bool Cut(in SliceCut cut)
    {
        if (!IsCut)
        {
            Begin(cut.Slice == 0 ? cut : new SliceCut(cut.Cookie, 0, null, SliceKind.Connection, cut.AtMonotonicNs, 0, 0, 0, 0));
            if (cut.Slice == 0)
            {
                return true;
            }
        }

        Slice last = _slices[^1];
        if (cut.Slice <= last.Cut.Slice || cut.TxOffset < last.Cut.TxOffset || cut.RxOffset < last.Cut.RxOffset)
        {
            return false;
        }

        last.Shape.Missing |= cut.Slice == last.Cut.Slice + 1 ? Missing.None : Missing.Cuts;
        last.Change();
        Begin(in cut);
        GiveWaiting(cut.IsShared ? long.MaxValue : cut.RxOffset);
        return true;
    }

    /// <summary>An acknowledgement of the sent bytes before <paramref name="acknowledged"/>.</summary>
    public void AddRtt(long acknowledged, uint us) => _slices.Change(TrafficDirection.Tx, acknowledged - 1)?.Shape.AddRtt(us);

    /// <summary>A burst that begins at an offset. False where one that waited had to be given to a slice that may not be its own.</summary>
    public bool AddBurst(TrafficDirection direction, long offset, in Burst burst)
    {
        if (direction == TrafficDirection.Tx || (IsCut && (offset < _slices[^1].Cut.RxOffset || _slices[^1].Cut.IsShared)))
        {
            Give(direction, offset, burst);
            return true;
        }

        _waiting.Add((offset, burst));
        return _waiting.Count <= (IsCut ? MaxWaiting : MaxWaitingUncut) || GiveOldest();
    }

    /// <summary>Received data that had been received before.</summary>
    public void AddDuplicate(long offset, in LateDuplicate duplicate)
    {
        _duplicates.Add((offset, duplicate));
        foreach (Slice slice in _slices)
        {
            slice.Change();
        }

        if (_duplicates.Count > MaxDuplicates)
        {
            _duplicates.RemoveAt(0);
            MarkMissing(Missing.Duplicates, TrafficDirection.Rx, _duplicates[0].Offset, offset);
        }
    }

    /// <summary>Data that was sent again, counted with the slices that own it.</summary>
    /// <returns>The number of the slice that owns its first byte; null where that is unknown.</returns>
    public uint? AddRetransmit(long offset, uint bytes, uint segs)
    {
        if (!IsCut)
        {
            return null;
        }

        if (bytes == 0)
        {
            // SYN and FIN are the connection's own.
            return 0;
        }

        Slice? first = _slices.Change(TrafficDirection.Tx, offset);
        if (first is null)
        {
            return null;
        }

        // A straddling segment belongs to its first byte.
        first.RetransSegs += segs;
        long end = offset + bytes;
        while (offset < end)
        {
            long next = Math.Min(end, _slices.EndOf(TrafficDirection.Tx, offset));
            _slices.Change(TrafficDirection.Tx, offset)!.RetransBytes += (ulong)(next - offset);
            offset = next;
        }

        return first.Cut.Slice;
    }

    /// <summary>Says that facts were lost whose bytes lay between two offsets.</summary>
    public void MarkMissing(Missing figure, TrafficDirection direction, long from, long to)
    {
        if (!IsCut || (direction == TrafficDirection.Rx && IsUndecided(to)))
        {
            _missingNext |= figure;
        }

        int last = _slices.IndexOf(direction, to);
        for (int i = Math.Max(0, _slices.IndexOf(direction, from)); i <= last; i++)
        {
            _slices[i].Shape.Missing |= figure;
            _slices[i].Change();
        }
    }

    /// <summary>Says that boundaries were lost from here on.</summary>
    public void MarkCutsLost()
    {
        if (IsCut)
        {
            _slices[^1].Shape.Missing |= Missing.Cuts;
            _slices[^1].Change();
        }
    }

    /// <summary>Whose the byte at an offset is; null where that is forgotten or not known.</summary>
    public uint? NumberAt(TrafficDirection direction, long offset) =>
        _slices.IndexOf(direction, offset) is >= 0 and int index ? _slices[index].Cut.Slice : null;

    /// <summary>Whether the next boundary may take the received byte at an offset away from the slice that has it now.</summary>
    public bool IsUndecided(long rxOffset) =>
        !IsCut || (IsPassive && !_slices[^1].Cut.IsShared && rxOffset >= _slices[^1].Cut.RxOffset);

    /// <summary>Gives what waits to the slices that have it now, as nothing more comes.</summary>
    public void GiveAllWaiting() => GiveWaiting(long.MaxValue);

    /// <summary>Emits the records that are new: of the slices that have ended or, with the flow's totals, of all.</summary>
    public void Emit(string flowId, FlowTotals? totals, Action<SliceRecord> emit)
    {
        if (!IsCut || (totals is null && !_slices.HaveNews()))
        {
            return;
        }

        Position[] positions = SlicePositions.Of(_slices, _duplicates, totals);
        Position[] unlimited = totals is null ? positions : SlicePositions.Of(_slices, _duplicates, end: null);
        for (int i = 0; i + 1 < positions.Length; i++)
        {
            bool isLimited = i + 1 < unlimited.Length && positions[i + 1] != unlimited[i + 1];
            EmitOne(i, flowId, positions, isLimited, totals, emit);
        }
    }

    /// <summary>
    /// Forgets all but the last slices that a time had seen begin, with their records. Cuts come before the facts of the bytes behind them,
    /// and many at once where the recorder had no CPU for a while: slices whose facts are not taken yet do not push others out.
    /// </summary>
    /// <param name="beforeNs">What the kernel reported before is taken, in ns of CLOCK_MONOTONIC.</param>
    /// <param name="flowId">The flow's name; null where its beginning was lost, and with it these records.</param>
    /// <param name="emit">Takes the records.</param>
    public void ForgetOldest(ulong beforeNs, string? flowId, Action<SliceRecord> emit)
    {
        int count = _slices.Count(slice => (ulong)slice.Cut.AtMonotonicNs < beforeNs) - Kept;
        if (count <= 0)
        {
            return;
        }

        Position[] positions = SlicePositions.Of(_slices, _duplicates, end: null);
        for (int i = 0; i < count && flowId is not null; i++)
        {
            EmitOne(i, flowId, positions, isLimited: false, totals: null, emit);
        }

        _slices.Forgotten += flowId is null ? count : 0;
        _slices[count].Begin = positions[count];
        _slices.RemoveFirst(count);

        // What was counted before the first slice that is kept moves nothing any more.
        uint? counted = _slices[0].Cut.RxSegs;
        _duplicates.RemoveAll(duplicate => duplicate.Fact.DataSegmentsIn <= counted);
    }

    // A snapshot may be older than a boundary, and a flow may end before it has sent what was written. A slice whose end its flow's totals
    // limit is told so, whatever was told before, and again when there is more of it.
    private void EmitOne(int i, string flowId, Position[] positions, bool isLimited, FlowTotals? totals, Action<SliceRecord> emit)
    {
        bool isLast = i + 1 == _slices.Count;
        if (!isLast && !isLimited && !_slices[i].IsChanged)
        {
            return;
        }

        ulong boundaryNs = isLast ? totals!.Value.AtKtimeNs : (ulong)_slices[i + 1].Cut.AtMonotonicNs;
        uint? srttUs = isLast ? totals!.Value.SmoothedRttUs : null;
        if (_slices[i].TakeRecord(flowId, in positions[i], in positions[i + 1], boundaryNs, _hasBursts, srttUs) is { } record)
        {
            emit(record);
        }

        if (isLimited)
        {
            _slices[i].Change();
        }
    }

    private void Begin(in SliceCut cut)
    {
        Slice slice = new(in cut);
        slice.Shape.Missing = _missingNext;
        _missingNext = Missing.None;
        _slices.Add(slice);
    }

    private void GiveWaiting(long before)
    {
        (long Offset, Burst Fact)[] decided = [.. _waiting.Where(burst => burst.Offset < before)];
        _waiting.RemoveAll(burst => burst.Offset < before);
        foreach ((long offset, Burst burst) in decided)
        {
            Give(TrafficDirection.Rx, offset, burst);
        }
    }

    // The end that connects sends its next request only after it has received what it asked for before.
    private bool GiveOldest()
    {
        (long offset, Burst burst) = _waiting[0];
        _waiting.RemoveAt(0);
        if (IsCut)
        {
            Give(TrafficDirection.Rx, offset, burst);
        }

        if (IsCut && !IsPassive)
        {
            return true;
        }

        MarkMissing(Missing.RxBursts, TrafficDirection.Rx, offset, offset);
        return false;
    }

    // A burst reaches over a boundary only where the other end answers before it has been asked, or asks before it is answered. One whose
    // first packet was not the first in order does not reach as far as its bytes: it fits into the slice all the same. A divided burst is
    // none that the kernel saw, so both slices say so.
    private void Give(TrafficDirection direction, long offset, Burst burst)
    {
        if (_slices.Change(direction, offset) is not { } owner)
        {
            return;
        }

        long end = _slices.EndOf(direction, offset);
        long room = end - KeptSlices.BeginOf(direction, owner) - owner.Shape.BytesOf(direction);
        if (offset + burst.Bytes <= end || burst.Bytes <= room)
        {
            owner.Shape.Add(direction, in burst);
            return;
        }

        uint bytes = (uint)(end - offset);

        // Each part has a segment, as long as there are any: of one segment over two boundaries the first part has it.
        uint segs = Math.Min(burst.Segments, Math.Max(1, (uint)((ulong)burst.Segments * bytes / burst.Bytes)));
        Burst rest = burst with { Sequence = burst.Sequence + bytes, Bytes = burst.Bytes - bytes, Segments = burst.Segments - segs, Sizes = default };
        MarkMissing(direction == TrafficDirection.Tx ? Missing.TxBurstsDivided : Missing.RxBurstsDivided, direction, offset, end);
        owner.Shape.Add(direction, burst with { Bytes = bytes, Segments = segs });
        AddBurst(direction, end, in rest);
    }
}
