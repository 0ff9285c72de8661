using NodeBox.Probes.Native;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing.Slicing;

/// <summary>
/// One open connection as this node's kernel and processes tell of it. Facts come with sequence numbers: they shape the flow and are
/// passed on, by offset, to its slices.
/// </summary>
internal sealed class Flow
{
    private readonly Shape _shape;
    private Sequence? _tx;
    private Sequence? _rx;
    private FactStream _rtts;
    private FactStream _txBursts;
    private FactStream _rxBursts;
    private FactStream _duplicates;
    private FactStream _txPackets;
    private FactStream _rxPackets;
    private FlowPackets? _packets;
    private uint _retransmittedSegs;
    private long _lost;

    /// <param name="hasBursts">Whether bursts and late duplicates are measured.</param>
    public Flow(bool hasBursts)
    {
        _shape = new Shape();
        Slices = new FlowSlices(hasBursts);
    }

    /// <summary>A copy, for looking ahead.</summary>
    public Flow(Flow other)
    {
        _shape = new Shape(other._shape);
        Slices = new FlowSlices(other.Slices);
        (_tx, _rx) = (other._tx, other._rx);
        (_txBursts, _rxBursts) = (other._txBursts, other._rxBursts);
        Id = other.Id;
    }

    /// <summary>Its name; null until its beginning is known.</summary>
    public string? Id { get; set; }

    /// <summary>When its first cut or event came, in ns of CLOCK_MONOTONIC.</summary>
    public ulong KnownSinceNs { get; init; }

    /// <summary>What its calls did to it.</summary>
    public FlowSlices Slices { get; }

    /// <summary>Facts of received data that wait for a boundary.</summary>
    public int Waiting => Slices.Waiting + (_packets?.Waiting ?? 0);

    /// <summary>Its totals, once it has ended.</summary>
    public FlowTotals? Totals { get; set; }

    /// <summary>Who makes its cuts; null if nobody does.</summary>
    public object? CutSource { get; set; }

    /// <summary>Facts that the kernel could not report, and those that came too late or could not wait.</summary>
    public long Lost => _lost + Slices.Forgotten;

    /// <summary>Says where the connection's bytes begin, and which end this is.</summary>
    public void Establish(uint firstSend, uint firstReceive, bool isPassive)
    {
        _tx ??= new Sequence(firstSend);
        _rx ??= new Sequence(firstReceive);
        Slices.IsPassive = isPassive;
    }

    public void Add(uint first, ReadOnlySpan<RttSample> samples)
    {
        foreach (RttSample sample in Take(ref _rtts, first, samples, Missing.Rtt, TrafficDirection.Tx, static s => s.AcknowledgedSequence))
        {
            // What acknowledges the handshake acknowledges no data.
            if (OffsetOf(TrafficDirection.Tx, sample.AcknowledgedSequence) is > 0 and { } acknowledged)
            {
                _rtts.LastOffset = acknowledged - 1;
                _shape.AddRtt(sample.RttUs);
                Slices.AddRtt(acknowledged, sample.RttUs);
            }
        }
    }

    public void Add(TrafficDirection direction, uint first, ReadOnlySpan<Burst> bursts)
    {
        ref FactStream stream = ref direction == TrafficDirection.Tx ? ref _txBursts : ref _rxBursts;
        Missing figure = direction == TrafficDirection.Tx ? Missing.TxBursts : Missing.RxBursts;
        foreach (ref readonly Burst burst in Take(ref stream, first, bursts, figure, direction, static b => b.Sequence))
        {
            _shape.Add(direction, in burst);
            if (OffsetOf(direction, burst.Sequence) is { } offset)
            {
                stream.LastOffset = offset;
                _lost += Slices.AddBurst(direction, offset, in burst) ? 0 : 1;
            }
        }
    }

    public void Add(uint first, ReadOnlySpan<LateDuplicate> duplicates)
    {
        foreach (ref readonly LateDuplicate duplicate in Take(
            ref _duplicates, first, duplicates, Missing.Duplicates, TrafficDirection.Rx, static d => d.Sequence))
        {
            if (OffsetOf(TrafficDirection.Rx, duplicate.Sequence) is { } offset)
            {
                _duplicates.LastOffset = offset;
                Slices.AddDuplicate(offset, in duplicate);
            }
        }
    }

    public void Add(TrafficDirection direction, uint first, ReadOnlySpan<Packet> packets, Action<PacketRecord> emit)
    {
        ref FactStream stream = ref direction == TrafficDirection.Tx ? ref _txPackets : ref _rxPackets;
        foreach (ref readonly Packet packet in Take(ref stream, first, packets, Missing.Packets, direction, static p => p.Sequence))
        {
            if (OffsetOf(direction, packet.Sequence) is { } offset)
            {
                stream.LastOffset = offset;
                _packets ??= new FlowPackets();
                _packets.Add(this, direction, offset, in packet, emit);
            }
        }
    }

    /// <summary>Emits the packets that wait no longer: after a boundary what lies before it, at a flush or at the flow's end all.</summary>
    public void DecidePackets(bool all, Action<PacketRecord> emit) => _packets?.Decide(this, all, emit);

    /// <returns>The slice that sent the bytes first; null where there is none or it is forgotten.</returns>
    public uint? AddRetransmit(uint sequence, uint bytes, uint segs)
    {
        // Before the handshake is done only the SYN is sent.
        long offset = OffsetOf(TrafficDirection.Tx, sequence) ?? -1;
        _retransmittedSegs += bytes > 0 ? segs : 0;
        return Slices.AddRetransmit(offset, bytes, segs);
    }

    /// <summary>
    /// Says how many data segments the kernel has sent again. Where that is more than were reported, the ring was full or, as happens on some
    /// virtual machines, the tracepoint did not run: nobody knows whose they were.
    /// </summary>
    public void ExpectRetransmits(uint segs)
    {
        if (segs <= _retransmittedSegs)
        {
            return;
        }

        _lost += segs - _retransmittedSegs;
        _retransmittedSegs = segs;
        _shape.Missing |= Missing.Retransmits;
        Slices.MarkMissing(Missing.Retransmits, TrafficDirection.Tx, 0, long.MaxValue);
    }

    /// <summary>The offset of a sequence number; null where the handshake was not seen.</summary>
    public long? OffsetOf(TrafficDirection direction, uint sequence) => (direction == TrafficDirection.Tx ? _tx : _rx)?.OffsetOf(sequence);

    /// <summary>Says that both directions have come so far.</summary>
    public void Advance(long txBytes, long rxBytes)
    {
        _tx?.Advance(txBytes);
        _rx?.Advance(rxBytes);
    }

    /// <summary>How its traffic is distributed.</summary>
    public TrafficShape ShapeRecord(bool hasBursts) => _shape.ToRecord(hasBursts);

    private ReadOnlySpan<T> Take<T>(
        ref FactStream stream, uint first, ReadOnlySpan<T> facts, Missing figure, TrafficDirection direction, Func<T, uint> sequenceOf)
        where T : unmanaged
    {
        ReadOnlySpan<T> taken = stream.Take(first, facts, out uint lost);
        lost += _tx is null ? (uint)taken.Length : 0;
        if (lost == 0)
        {
            return taken;
        }

        _lost += lost;

        _shape.Missing |= figure;
        long from = stream.LastOffset;
        long to = taken.IsEmpty ? from : OffsetOf(direction, sequenceOf(taken[0])) ?? long.MaxValue;
        Slices.MarkMissing(figure, direction, Math.Min(from, to), Math.Max(from, to));
        return taken;
    }
}
