using System.Net;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native.Diag;

/// <summary>
/// A TCP socket that is still open, as the kernel describes it now. Counters mean what those of <see cref="FlowEvent"/> mean.
/// </summary>
public sealed record FlowSnapshot
{
    /// <summary>The kernel's number of the socket.</summary>
    public required ulong Cookie { get; init; }

    /// <summary>This end.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>The other end.</summary>
    public required IPEndPoint Remote { get; init; }

    /// <summary>The state by its kernel name, as in <c>ESTABLISHED</c>.</summary>
    public required string State { get; init; }

    /// <summary>The congestion control, as in <c>cubic</c>.</summary>
    public string CongestionControl { get; init; } = "";

    /// <summary>Payload bytes sent: bytes_sent − bytes_retrans.</summary>
    public ulong TxBytes { get; init; }

    /// <summary>Payload bytes received, without the FIN.</summary>
    public ulong RxBytes { get; init; }

    /// <summary>
    /// Data segments sent, without retransmissions. Where the probes did not see the flow's beginning, SYNs sent again count against it.
    /// </summary>
    public uint TxSegments { get; init; }

    /// <summary>Data segments that arrived.</summary>
    public uint RxSegments { get; init; }

    /// <summary>Segments retransmitted.</summary>
    public uint RetransmittedSegments { get; init; }

    /// <summary>Their payload bytes.</summary>
    public ulong RetransmittedBytes { get; init; }

    /// <summary>As <see cref="FlowEvent.RetransmittedDataSegments"/>, with the SYNs as for <see cref="TxSegments"/>.</summary>
    public uint RetransmittedDataSegments { get; init; }

    /// <summary>Smoothed RTT in µs, null without a sample.</summary>
    public uint? SmoothedRttUs { get; init; }

    /// <summary>The smallest RTT in µs, null without a sample.</summary>
    public uint? MinRttUs { get; init; }

    /// <summary>The socket's tag; all zero without one, or when the probes were not asked.</summary>
    public SocketTag Tag { get; init; }

    /// <summary>Which end this is; unknown when the probes were not asked or did not see it begin.</summary>
    public FlowDirection Direction { get; init; }

    /// <summary>When it began, in ns of CLOCK_MONOTONIC; null as for <see cref="Direction"/>.</summary>
    public ulong? BeginKtimeNs { get; init; }

    /// <summary>As <see cref="FlowEvent.FirstSendSequence"/>; null as for <see cref="Direction"/>.</summary>
    public uint? FirstSendSequence { get; init; }

    /// <summary>As <see cref="FlowEvent.FirstReceiveSequence"/>; null as for <see cref="Direction"/>.</summary>
    public uint? FirstReceiveSequence { get; init; }

    /// <summary>As <see cref="FlowEvent.HandshakeRttUs"/>; null as for <see cref="Direction"/>.</summary>
    public uint? HandshakeRttUs { get; init; }

    /// <summary>As <see cref="FlowEvent.ZeroWindows"/>; 0 as for <see cref="Direction"/>.</summary>
    public uint ZeroWindows { get; init; }

    /// <summary>As <see cref="FlowEvent.OutOfOrderSegments"/>.</summary>
    public uint? OutOfOrderSegments { get; init; }

    /// <summary>RTT samples not reported yet, the one of the last acknowledgement among them.</summary>
    public PendingFacts<RttSample> PendingRtts { get; init; } = PendingFacts<RttSample>.None;

    /// <summary>The open burst of sent data.</summary>
    public PendingFacts<Burst> PendingTxBursts { get; init; } = PendingFacts<Burst>.None;

    /// <summary>The open burst of received data.</summary>
    public PendingFacts<Burst> PendingRxBursts { get; init; } = PendingFacts<Burst>.None;

    /// <summary>Sent packets not reported yet.</summary>
    public PendingFacts<Packet> PendingTxPackets { get; init; } = PendingFacts<Packet>.None;

    /// <summary>Received packets not reported yet.</summary>
    public PendingFacts<Packet> PendingRxPackets { get; init; } = PendingFacts<Packet>.None;

    /// <summary>The owner as in <see cref="FlowEvent.Pid"/>; 0 if unknown.</summary>
    public int Pid { get; init; }

    /// <summary>The owner's name; empty if unknown.</summary>
    public string Comm { get; init; } = "";
}
