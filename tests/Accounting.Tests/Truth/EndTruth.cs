using System.Net;
using NodeBox.Accounting.Tests.Captures;
using NodeBox.Accounting.Tests.Http;
using NodeBox.Accounting.Tests.Streams;

namespace NodeBox.Accounting.Tests.Truth;

/// <summary>One end of a connection, by the capture that was taken there.</summary>
internal sealed class EndTruth
{
    // CONTRACT's ports for telemetry, OTLP, the collector's files and the nodes' control: no task's. Whole files need not be in a capture.
    private static readonly int[] s_untracedPorts = [4400, 4317, 4318, 9464];

    private readonly ByteStream _sent;
    private readonly ByteStream _received;

    private EndTruth(string node, CapturedConnection connection, bool isClient)
    {
        Node = node;
        Connection = connection;
        IsClient = isClient;
        _sent = isClient ? connection.FromClient : connection.FromServer;
        _received = isClient ? connection.FromServer : connection.FromClient;
        if (_sent.HasGap)
        {
            throw new CaptureException($"the capture at {node} lacks packets that {node} sent on {connection}");
        }

        Slices = [];
        Total = Within(new ByteRange(long.MinValue, long.MaxValue), new ByteRange(long.MinValue, long.MaxValue)) with
        {
            TxBytes = _sent.Bytes,
            RxBytes = _received.TakenBytes,
        };
    }

    public string Node { get; }

    public CapturedConnection Connection { get; }

    /// <summary>Whether this end opened the connection.</summary>
    public bool IsClient { get; }

    public IPEndPoint Local => IsClient ? Connection.Client : Connection.Server;

    public IPEndPoint Remote => IsClient ? Connection.Server : Connection.Client;

    /// <summary>The exchanges in order; none where the bytes do not show them, and at ports where no traced request goes.</summary>
    public IReadOnlyList<SliceTruth> Slices { get; private init; }

    /// <summary>Everything on the connection.</summary>
    public Traffic Total { get; }

    /// <summary>How many SYNs and FINs without data this end sent again. They are among a flow's retransmissions, and in no slice.</summary>
    public int ControlRepeats => _sent.ControlRepeats;

    /// <summary>What belongs to no exchange.</summary>
    public Traffic Rest => Slices.Aggregate(Total, static (rest, slice) => rest - slice.Traffic);

    /// <summary>One end, with the exchanges that its bytes show.</summary>
    /// <param name="node">Whose end it is.</param>
    /// <param name="connection">By a capture at that node.</param>
    /// <param name="isClient">Whether the node opened it.</param>
    /// <exception cref="CaptureException">The capture lacks packets that the node sent.</exception>
    public static EndTruth Of(string node, CapturedConnection connection, bool isClient)
    {
        var end = new EndTruth(node, connection, isClient);
        if (s_untracedPorts.Contains(connection.Server.Port))
        {
            return end;
        }

        byte[] sent = end._sent.Content();
        byte[] received = end._received.Content()[..(int)end._received.TakenBytes];
        try
        {
            return end.With(isClient ? Exchanges.Parse(sent, received) : Exchanges.Parse(received, sent));
        }
        catch (HttpSyntaxException)
        {
            // HTTP/2 and TLS look like this.
            return end;
        }
    }

    /// <summary>The same end with exchanges that are known from elsewhere.</summary>
    public EndTruth With(IReadOnlyList<Exchange> exchanges) => new(Node, Connection, IsClient)
    {
        Slices = [.. exchanges.Select(exchange => SliceOf(exchange, exchanges.ElementAtOrDefault(exchange.Index + 1)))],
    };

    public override string ToString() => $"{Node} {Local} {(IsClient ? "→" : "←")} {Remote}";

    private SliceTruth SliceOf(Exchange exchange, Exchange? next)
    {
        // What arrives behind the last byte that was taken belongs to the exchange that it cut off.
        ByteRange received = ReceivedFor(exchange);
        bool isCutOff = next is null && !exchange.IsComplete;
        Traffic traffic = Within(SentBy(exchange), isCutOff ? received with { End = long.MaxValue } : received) with
        {
            RxBytes = received.Bytes,
        };
        int nextBegin = next is null ? int.MaxValue : PacketsOf(next).Select(static packet => packet.Order).DefaultIfEmpty(int.MaxValue).Min();
        return new SliceTruth(exchange, traffic, PacketsOf(exchange).Count(packet => !packet.IsNew && packet.Order > nextBegin));
    }

    private ByteRange SentBy(Exchange exchange) => IsClient ? exchange.FromClient : exchange.FromServer;

    private ByteRange ReceivedFor(Exchange exchange) => IsClient ? exchange.FromServer : exchange.FromClient;

    private IEnumerable<Transmission> PacketsOf(Exchange exchange) =>
        _sent.Transmissions.Where(packet => SentBy(exchange).Holds(packet.Offset))
            .Concat(_received.Arrived.Where(packet => ReceivedFor(exchange).Holds(packet.Offset)));

    // Packets count where their first byte is.
    private Traffic Within(ByteRange tx, ByteRange rx)
    {
        Transmission[] sent = [.. _sent.Transmissions.Where(packet => tx.Holds(packet.Offset))];
        return new Traffic(
            tx.Bytes,
            rx.Bytes,
            sent.Count(static packet => packet.IsNew),
            _received.Arrived.Count(packet => rx.Holds(packet.Offset)),
            sent.Count(static packet => !packet.IsNew),
            sent.Where(static packet => !packet.IsNew).Sum(static packet => (long)packet.Bytes));
    }
}
