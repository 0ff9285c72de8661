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

    /// <summary>The owner as in <see cref="FlowEvent.Pid"/>; 0 if unknown.</summary>
    public int Pid { get; init; }

    /// <summary>The owner's name; empty if unknown.</summary>
    public string Comm { get; init; } = "";
}
