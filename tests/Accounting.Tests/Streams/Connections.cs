using System.Net;
using NodeBox.Accounting.Tests.Captures;

namespace NodeBox.Accounting.Tests.Streams;

/// <summary>Sorts a capture's packets by connection.</summary>
internal static class Connections
{
    /// <summary>
    /// The connections that began during the capture. Packets of others are left out: of them nobody knows how many bytes came before.
    /// </summary>
    public static IReadOnlyList<CapturedConnection> Of(IEnumerable<Segment> segments)
    {
        List<CapturedConnection> connections = [];
        var open = new Dictionary<(IPEndPoint, IPEndPoint), CapturedConnection>();
        foreach ((int order, Segment segment) in segments.Index())
        {
            (IPEndPoint, IPEndPoint) forward = (segment.Source, segment.Destination);
            (IPEndPoint, IPEndPoint) backward = (segment.Destination, segment.Source);
            CapturedConnection? known = open.GetValueOrDefault(forward) ?? open.GetValueOrDefault(backward);
            if (segment.Has(TcpFlags.Syn) && !segment.Has(TcpFlags.Ack) && known?.BeganWith(segment) != true)
            {
                // Both ends' ports are the same again: a later connection.
                open.Remove(backward);
                known = new CapturedConnection(segment);
                open[forward] = known;
                connections.Add(known);
            }

            known?.Add(segment, order);
        }

        return connections;
    }
}
