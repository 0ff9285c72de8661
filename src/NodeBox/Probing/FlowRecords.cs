using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Google.Protobuf;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing;

/// <summary>Turns kernel events of one node into records, and knows which flows are open. One caller at a time, but for <see cref="Tagged"/>.</summary>
internal sealed class FlowRecords(string node)
{
    private readonly ulong _netns = OwnNamespace();
    private readonly Dictionary<ulong, string> _open = [];
    private readonly ConcurrentDictionary<ulong, bool> _tagged = [];

    /// <summary>Notes that this process tagged the socket with that cookie.</summary>
    public void Tagged(ulong cookie) => _tagged[cookie] = true;

    /// <summary>Open flows that belong to a task. Call it after the probes were drained.</summary>
    public int OpenTagged()
    {
        // A socket is established before it is tagged, so after a drain a tagged socket that is not open has closed.
        foreach (ulong cookie in _tagged.Keys.Where(cookie => !_open.ContainsKey(cookie)))
        {
            _tagged.TryRemove(cookie, out _);
        }

        return _tagged.Count;
    }

    /// <summary>The record of a flow that ended, or null where the flow goes on.</summary>
    public FlowRecord? Of(FlowEvent e)
    {
        switch (e.Kind)
        {
            case FlowEventKind.Established:
                _open[e.Cookie] = IdOf(e);
                if (!e.Tag.IsEmpty)
                {
                    Tagged(e.Cookie);
                }

                return null;
            case FlowEventKind.Closed:
            case FlowEventKind.Failed:
                _open.Remove(e.Cookie);
                _tagged.TryRemove(e.Cookie, out _);
                return RecordOf(e);
            default:
                return null;
        }
    }

    public RetransmitRecord Of(RetransmitEvent e) => new()
    {
        FlowId = _open.GetValueOrDefault(e.Cookie) ?? IdOf(e.Cookie, beginNs: 0),
        AtNs = NodeClock.FromMonotonic((long)e.KtimeNs),
        SeqBegin = e.SequenceBegin,
        SeqEnd = e.SequenceEnd,
        Bytes = e.Bytes,
        Segs = e.Segments,
        State = e.State,
    };

    private FlowRecord RecordOf(FlowEvent e)
    {
        IPEndPoint local = e.Local;
        IPEndPoint remote = e.Remote;
        var record = new FlowRecord
        {
            FlowId = IdOf(e),
            Netns = _netns,
            Direction = e.Direction == FlowDirection.Active ? "active" : "passive",
            Path = IPAddress.IsLoopback(remote.Address) || remote.Address.Equals(local.Address) ? "loopback" : "link",
            LocalAddr = local.Address.ToString(),
            LocalPort = (uint)local.Port,
            RemoteAddr = remote.Address.ToString(),
            RemotePort = (uint)remote.Port,
            BeginNs = NodeClock.FromMonotonic((long)(e.BeginKtimeNs ?? e.KtimeNs)),
            EndNs = NodeClock.FromMonotonic((long)e.KtimeNs),
            TxBytes = e.TxBytes,
            RxBytes = e.RxBytes,
            TxSegs = e.TxSegments,
            RxSegs = e.RxSegments,
            RetransSegs = e.RetransmittedSegments,
            CongestionControl = e.CongestionControl,
            CloseReason = NameOf(e.CloseReason),
        };
        if (e.MinRttUs is { } minRtt)
        {
            record.MinRttUs = minRtt;
        }

        if (e.SmoothedRttUs is { } srtt)
        {
            record.SrttUs = srtt;
        }

        if (e.Pid != 0)
        {
            record.Pid = (uint)e.Pid;
            record.Comm = e.Comm;
        }

        Attribute(record, in e.Tag);
        return record;
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

    private string IdOf(FlowEvent e) => IdOf(e.Cookie, e.BeginKtimeNs ?? 0);

    // A socket that connects again keeps its cookie, so the time belongs to the name.
    private string IdOf(ulong cookie, ulong beginNs) => string.Create(CultureInfo.InvariantCulture, $"{node}-{cookie:x}-{beginNs:x}");

    // The link reads "net:[4026531840]".
    private static ulong OwnNamespace()
    {
        string link = File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)!.Name;
        return ulong.Parse(link.AsSpan(link.IndexOf('[') + 1).TrimEnd(']'), CultureInfo.InvariantCulture);
    }
}
