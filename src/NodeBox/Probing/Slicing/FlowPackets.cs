using NodeBox.Probes.Native;
using NodeBox.Telemetry;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing.Slicing;

/// <summary>One flow's packets on their way to records. Received ones wait, like bursts, until it is decided whose they are.</summary>
internal sealed class FlowPackets
{
    private const int MaxWaiting = 256;

    private readonly List<(long Offset, Packet Fact)> _waiting = [];

    /// <summary>Packets that wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Takes a packet of a flow.</summary>
    public void Add(Flow flow, TrafficDirection direction, long offset, in Packet packet, Action<PacketRecord> emit)
    {
        if (direction == TrafficDirection.Tx || !flow.Slices.IsUndecided(offset))
        {
            Emit(flow, direction, offset, in packet, flow.Slices.NumberAt(direction, offset), emit);
            return;
        }

        _waiting.Add((offset, packet));
        if (_waiting.Count > MaxWaiting)
        {
            (long first, Packet oldest) = _waiting[0];
            _waiting.RemoveAt(0);
            Emit(flow, direction, first, in oldest, slice: null, emit);
        }
    }

    /// <summary>Emits what waits no longer: after a boundary what lies before it, at a flush or at the flow's end everything.</summary>
    public void Decide(Flow flow, bool all, Action<PacketRecord> emit)
    {
        foreach ((long offset, Packet packet) in _waiting)
        {
            if (all || !flow.Slices.IsUndecided(offset))
            {
                Emit(flow, TrafficDirection.Rx, offset, in packet, flow.Slices.NumberAt(TrafficDirection.Rx, offset), emit);
            }
        }

        _waiting.RemoveAll(packet => all || !flow.Slices.IsUndecided(packet.Offset));
    }

    // A flow whose beginning was not seen has no name, and no record of any kind.
    private static void Emit(
        Flow flow, TrafficDirection direction, long offset, in Packet packet, uint? slice, Action<PacketRecord> emit)
    {
        if (flow.Id is null)
        {
            return;
        }

        var record = new PacketRecord
        {
            FlowId = flow.Id,
            AtNs = NodeClock.FromMonotonic((long)packet.KtimeNs),
            Direction = direction == TrafficDirection.Tx ? "tx" : "rx",
            Offset = (ulong)offset,
            Bytes = packet.Bytes,
            Segs = packet.Segments,
        };
        if (slice is { } number)
        {
            record.Slice = number;
        }

        emit(record);
    }
}
