namespace NodeBox.Probes.Native;

/// <summary>Takes a flow's event; it is valid during the call only.</summary>
public delegate void FlowEventHandler(FlowEvent e);

/// <summary>Takes a retransmission; it is valid during the call only.</summary>
public delegate void RetransmitEventHandler(RetransmitEvent e);

/// <summary>Takes RTT samples of one flow; they are valid during the call only.</summary>
public delegate void RttHandler(FlowFacts<RttSample> samples);

/// <summary>Takes bursts of one flow that are over; they are valid during the call only.</summary>
public delegate void BurstHandler(TrafficDirection direction, FlowFacts<Burst> bursts);

/// <summary>Takes late duplicates of one flow; they are valid during the call only.</summary>
public delegate void DuplicateHandler(FlowFacts<LateDuplicate> duplicates);

/// <summary>Takes data packets of one flow; they are valid during the call only.</summary>
public delegate void PacketHandler(TrafficDirection direction, FlowFacts<Packet> packets);

/// <summary>
/// Who takes what <see cref="FlowProbes.Drain(FlowHandlers)"/> reads. Facts of a flow come after its Established event and before its
/// Closed event.
/// </summary>
public sealed record FlowHandlers
{
    public required FlowEventHandler Flow { get; init; }

    public required RetransmitEventHandler Retransmit { get; init; }

    public required RttHandler Rtt { get; init; }

    public required BurstHandler Bursts { get; init; }

    public required DuplicateHandler Duplicates { get; init; }

    public required PacketHandler Packets { get; init; }

    /// <summary>
    /// Is called before some of it is handed over, when the kernel has made all of that: what was done before its cause has been done by then.
    /// </summary>
    public Action? BeforeBatch { get; init; }
}
