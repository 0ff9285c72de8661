using System.Net.Sockets;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// A boundary on a connection: from these positions on, its bytes belong to the exchange of <see cref="Tag"/>. Positions count one
/// direction's payload bytes and data segments from the connection's beginning, as this end sent and received them.
/// </summary>
/// <param name="Cookie">The kernel's number of the socket (SO_COOKIE).</param>
/// <param name="Slice">0 is the connection's own slice, which begins at nothing; exchanges follow from 1.</param>
/// <param name="Tag">
/// Whose exchange begins, null for an untraced one. On slice 0: whose request wanted the connection, null where nobody said so.
/// </param>
/// <param name="Kind">What kind of exchange it is.</param>
/// <param name="AtMonotonicNs">When the boundary was made, in ns of CLOCK_MONOTONIC.</param>
/// <param name="TxOffset">Bytes sent before the boundary; with TLS the records, as on the wire.</param>
/// <param name="RxOffset">Bytes received before it.</param>
/// <param name="TxSegs">Data segments sent before it, each once; null where that cannot be known exactly.</param>
/// <param name="RxSegs">Data segments that had arrived before it, duplicates included; null as for <paramref name="TxSegs"/>.</param>
/// <param name="IsShared">True where exchanges are multiplexed from here on, so that no further boundary exists.</param>
public readonly record struct SliceCut(
    ulong Cookie,
    uint Slice,
    Tag? Tag,
    SliceKind Kind,
    long AtMonotonicNs,
    long TxOffset,
    long RxOffset,
    uint? TxSegs,
    uint? RxSegs,
    bool IsShared = false);

/// <summary>What a slice's bytes were for. The lower-case name is the run folder's.</summary>
public enum SliceKind
{
    /// <summary>An inference request.</summary>
    Llm,

    /// <summary>An MCP request, discovery included.</summary>
    Tool,

    /// <summary>An A2A message.</summary>
    Agent,

    /// <summary>A request to a service that is neither.</summary>
    Service,

    /// <summary>Records on their way to the collector.</summary>
    Telemetry,

    /// <summary>The connection itself: SYN, TLS handshake, FIN.</summary>
    Connection,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>
/// Takes a boundary of a socket of this process before any byte behind it is sent, and puts the tag, if there is one, on the socket.
/// Supplied by the composition root; does nothing where flows are not measured. The socket may be closed meanwhile.
/// </summary>
/// <param name="socket">The socket: on slice 0 of a client not yet connected.</param>
/// <param name="cut">The boundary.</param>
/// <param name="flags">What the connection has carried, this exchange included.</param>
public delegate void CutSlice(Socket socket, in SliceCut cut, TagFlags flags);
