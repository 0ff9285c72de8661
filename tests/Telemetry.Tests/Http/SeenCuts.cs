using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>A boundary as it was made on a socket; without ports before it is connected.</summary>
internal sealed record SeenCut(Socket Socket, SliceCut Cut, TagFlags Flags, int? LocalPort, int? RemotePort)
{
    public (long Tx, long Rx) Offsets => (Cut.TxOffset, Cut.RxOffset);
}

/// <summary>Stands in the recorder's place: keeps the boundaries, in order.</summary>
internal sealed class SeenCuts
{
    private readonly ConcurrentQueue<SeenCut> _seen = [];

    public IReadOnlyList<SeenCut> All => [.. _seen];

    /// <summary>Those of exchanges.</summary>
    public IReadOnlyList<SeenCut> Exchanges => [.. _seen.Where(static seen => seen.Cut.Slice > 0)];

    /// <summary>Whom the exchanges belong to.</summary>
    public IEnumerable<Tag?> Tags => Exchanges.Select(static seen => seen.Cut.Tag);

    /// <summary>Those of exchanges, connection by connection.</summary>
    public IReadOnlyList<IReadOnlyList<SeenCut>> Connections =>
        [.. Exchanges.GroupBy(static seen => seen.Cut.Cookie).Select(static (IEnumerable<SeenCut> group) => (IReadOnlyList<SeenCut>)[.. group])];

    /// <summary>Called before a boundary is noted.</summary>
    public Action<SliceCut> OnCut { get; set; } = static _ => { };

    public void Take(Socket socket, in SliceCut cut, TagFlags flags)
    {
        OnCut(cut);
        bool isConnected = socket.Connected;
        _seen.Enqueue(new SeenCut(
            socket,
            cut,
            flags,
            isConnected ? ((IPEndPoint)socket.LocalEndPoint!).Port : null,
            isConnected ? ((IPEndPoint)socket.RemoteEndPoint!).Port : null));
    }
}
