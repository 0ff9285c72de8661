using System.Net;
using NodeBox.Probes.Native.Probes;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native;

/// <summary>
/// Segments that a socket sent once more. It lies in the ring's memory and is valid during the call only.
/// SYN-ACKs are not among them: a request has no socket yet.
/// </summary>
public readonly ref struct RetransmitEvent
{
    private readonly ref readonly retransmit_event _event;

    internal RetransmitEvent(ref readonly retransmit_event record)
    {
        _event = ref record;
    }

    /// <summary>When, in ns of CLOCK_MONOTONIC.</summary>
    public ulong KtimeNs => _event.header.ktime_ns;

    /// <summary>The kernel's number of the socket, as in <see cref="FlowEvent.Cookie"/>.</summary>
    public ulong Cookie => _event.header.cookie;

    /// <summary>The socket's tag when it retransmitted, which need not be the tag the bytes were first sent under.</summary>
    public ref readonly SocketTag Tag => ref _event.header.tag;

    /// <summary>This end.</summary>
    public IPEndPoint Local => Addresses.EndPoint(_event.header.local, _event.header.local_port);

    /// <summary>The other end.</summary>
    public IPEndPoint Remote => Addresses.EndPoint(_event.header.remote, _event.header.remote_port);

    /// <summary>The first sequence number sent again, as on the wire.</summary>
    public uint SequenceBegin => _event.seq;

    /// <summary>One past the last sequence number; SYN and FIN count as one.</summary>
    public uint SequenceEnd => _event.end_seq;

    /// <summary>Payload bytes; 0 for a SYN or a bare FIN.</summary>
    public uint Bytes => _event.bytes;

    /// <summary>Segments on the wire: one event may stand for several.</summary>
    public uint Segments => _event.segs;

    /// <summary>The connection's state by its kernel name, as in <c>ESTABLISHED</c>.</summary>
    public string State => TcpStates.Name((int)_event.state);
}
