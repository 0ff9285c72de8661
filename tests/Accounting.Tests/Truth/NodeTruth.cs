using System.Net;
using NodeBox.Accounting.Tests.Captures;
using NodeBox.Accounting.Tests.Streams;

namespace NodeBox.Accounting.Tests.Truth;

/// <summary>What the capture at one node says of the connections of that node.</summary>
internal static class NodeTruth
{
    /// <summary>The node's ends of all connections that began during the capture: both ends of one that it has with itself.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="addresses">What is at the node; loopback is anyway.</param>
    /// <param name="capture">The file that tcpdump wrote there.</param>
    /// <exception cref="CaptureException">The capture cannot be read or lacks packets.</exception>
    public static IReadOnlyList<EndTruth> Read(string node, IReadOnlyCollection<IPAddress> addresses, string capture) =>
        Of(node, addresses, PcapFile.Read(capture).Select(SegmentDecoder.Decode).OfType<Segment>());

    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<EndTruth> Of(string node, IReadOnlyCollection<IPAddress> addresses, IEnumerable<Segment> segments)
    {
        List<EndTruth> ends = [];
        foreach (CapturedConnection connection in Connections.Of(segments))
        {
            if (IsAt(connection.Client.Address, addresses))
            {
                ends.Add(EndTruth.Of(node, connection, isClient: true));
            }

            if (IsAt(connection.Server.Address, addresses))
            {
                ends.Add(EndTruth.Of(node, connection, isClient: false));
            }
        }

        return ends;
    }

    private static bool IsAt(IPAddress address, IReadOnlyCollection<IPAddress> addresses) =>
        IPAddress.IsLoopback(address) || addresses.Contains(address);
}
