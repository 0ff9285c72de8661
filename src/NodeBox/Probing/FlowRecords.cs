using System.Globalization;
using System.Net;
using Google.Protobuf;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing;

/// <summary>
/// Turns what one node's kernel says of flows into records. A flow that began before the probes were attached has none: its bytes until
/// then are no task's, and nobody knows which end opened it.
/// </summary>
/// <param name="node">The node's name.</param>
/// <param name="netns">The network namespace of its flows, by its inode number.</param>
internal sealed class FlowRecords(string node, uint netns)
{
    /// <summary>The name of a flow. A socket that connects again keeps its cookie, so the time belongs to the name.</summary>
    public string IdOf(ulong cookie, ulong beginKtimeNs) =>
        string.Create(CultureInfo.InvariantCulture, $"{node}-{cookie:x}-{beginKtimeNs:x}");

    /// <summary>The record of a retransmission of a flow.</summary>
    public static RetransmitRecord Of(RetransmitEvent e, string flowId, uint? slice)
    {
        var record = new RetransmitRecord
        {
            FlowId = flowId,
            AtNs = NodeClock.FromMonotonic((long)e.KtimeNs),
            SeqBegin = e.SequenceBegin,
            SeqEnd = e.SequenceEnd,
            Bytes = e.Bytes,
            Segs = e.Segments,
            State = e.State,
        };
        if (slice is { } number)
        {
            record.Slice = number;
        }

        return record;
    }

    /// <summary>The record of a flow that is still open, which the one that tells its end replaces.</summary>
    public FlowRecord Of(FlowSnapshot open, ulong beginKtimeNs, TrafficShape shape)
    {
        FlowRecord record = Begin(open.Cookie, beginKtimeNs, open.Direction, open.Local, open.Remote, shape);
        record.TxBytes = open.TxBytes;
        record.RxBytes = open.RxBytes;
        record.TxSegs = open.TxSegments;
        record.RxSegs = open.RxSegments;
        record.RetransSegs = open.RetransmittedSegments;
        record.RetransBytes = open.RetransmittedBytes;
        record.CongestionControl = open.CongestionControl;
        record.ZeroWindows = open.ZeroWindows;
        SetOptional(record, open.MinRttUs, open.SmoothedRttUs, open.Pid, open.Comm);
        SetOptional(record, open.HandshakeRttUs, open.OutOfOrderSegments);
        SocketTag tag = open.Tag;
        Attribute(record, in tag);
        return record;
    }

    /// <summary>The record of a flow that has ended.</summary>
    public FlowRecord Of(FlowEvent e, ulong beginKtimeNs, TrafficShape shape)
    {
        FlowRecord record = Begin(e.Cookie, beginKtimeNs, e.Direction, e.Local, e.Remote, shape);
        record.EndNs = NodeClock.FromMonotonic((long)e.KtimeNs);
        record.TxBytes = e.TxBytes;
        record.RxBytes = e.RxBytes;
        record.TxSegs = e.TxSegments;
        record.RxSegs = e.RxSegments;
        record.RetransSegs = e.RetransmittedSegments;
        record.RetransBytes = e.RetransmittedBytes;
        record.CongestionControl = e.CongestionControl;
        record.CloseReason = NameOf(e.CloseReason);
        record.ZeroWindows = e.ZeroWindows;
        SetOptional(record, e.MinRttUs, e.SmoothedRttUs, e.Pid, e.Comm);
        SetOptional(record, e.HandshakeRttUs, e.OutOfOrderSegments);
        if (e.SocketErrorName is { } error)
        {
            record.Error = error;
        }

        Attribute(record, in e.Tag);
        return record;
    }

    private FlowRecord Begin(
        ulong cookie, ulong beginKtimeNs, FlowDirection direction, IPEndPoint local, IPEndPoint remote, TrafficShape shape)
    {
        bool isLoopback = IPAddress.IsLoopback(remote.Address) || remote.Address.Equals(local.Address);
        return new FlowRecord
        {
            FlowId = IdOf(cookie, beginKtimeNs),
            BeginNs = NodeClock.FromMonotonic((long)beginKtimeNs),
            Netns = netns,
            Direction = direction == FlowDirection.Active ? "active" : "passive",
            Path = isLoopback ? "loopback" : "link",
            LocalAddr = local.Address.ToString(),
            LocalPort = (uint)local.Port,
            RemoteAddr = remote.Address.ToString(),
            RemotePort = (uint)remote.Port,
            Shape = shape,
        };
    }

    // What the kernel has no sample of stays absent.
    private static void SetOptional(FlowRecord record, uint? minRttUs, uint? srttUs, int pid, string comm)
    {
        if (minRttUs is { } minRtt)
        {
            record.MinRttUs = minRtt;
        }

        if (srttUs is { } srtt)
        {
            record.SrttUs = srtt;
        }

        if (pid != 0)
        {
            record.Pid = (uint)pid;
            record.Comm = comm;
        }
    }

    private static void SetOptional(FlowRecord record, uint? handshakeRttUs, uint? outOfOrderSegs)
    {
        if (handshakeRttUs is { } handshake)
        {
            record.HandshakeRttUs = handshake;
        }

        if (outOfOrderSegs is { } outOfOrder)
        {
            record.OutOfOrderSegs = outOfOrder;
        }
    }

    // What several calls shared is left open rather than given to the last of them.
    private static void Attribute(FlowRecord record, ref readonly SocketTag tag)
    {
        if (tag.IsEmpty)
        {
            return;
        }

        if (!tag.Flags.HasFlag(SocketTagFlags.SeveralTasks))
        {
            record.TaskId = ByteString.CopyFrom(tag.TaskId);
        }

        if (!tag.Flags.HasFlag(SocketTagFlags.SeveralSpans))
        {
            record.SpanId = ByteString.CopyFrom(tag.SpanId);
        }

        if (!tag.Flags.HasFlag(SocketTagFlags.SeveralAgents) && tag.Agent is { Length: > 0 } agent)
        {
            record.AgentId = agent;
        }
    }

    private static string NameOf(CloseReason reason) => reason switch
    {
        CloseReason.Fin => "FIN",
        CloseReason.Reset => "RST",
        CloseReason.Timeout => "timeout",
        CloseReason.GivenUp => "given_up",
        _ => throw new InvalidOperationException($"a flow that ended has no close reason {reason}"),
    };
}
