using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

public sealed class DuplicateTests
{
    [Fact]
    public void Data_whose_acknowledgement_was_lost_arrives_twice_and_counts_once() => Thrice.Try(() =>
    {
        using RoutedNamespaces nodes = new();
        using Recording near = RoutedNamespaces.Run(nodes.Near, () => Recording.Start());
        using Recording far = RoutedNamespaces.Run(nodes.Far, () => Recording.Start());
        using Socket listener = RoutedNamespaces.Run(nodes.Far, () => LossTests.Listen(nodes.FarAddress));
        IPEndPoint address = (IPEndPoint)listener.LocalEndPoint!;
        using Socket client = RoutedNamespaces.Run(nodes.Near, () => LossTests.Connect(address));
        using Socket server = listener.Accept();
        Connection.Transfer(client, server, 1000);

        nodes.Lose("10.99.1.1/32");
        Connection.Transfer(client, server, 500);
        Recording.AwaitThat(() => DuplicatesOf(far).Count >= 2);
        nodes.Find("10.99.1.1/32");
        Connection.Transfer(client, server, 200);
        client.Dispose();
        server.Dispose();
        SeenFlow sender = near.Await(address, FlowEventKind.Closed, 1).Single();
        SeenFlow receiver = far.Await(address, FlowEventKind.Closed, 1).Single();

        List<LateDuplicate> duplicates = DuplicatesOf(far);
        Assert.All(duplicates, duplicate => Assert.Equal((1000u, 500u, 1u), Place(duplicate, receiver)));
        Assert.Equal(Enumerable.Range(3, duplicates.Count).Select(i => (uint)i), duplicates.Select(duplicate => duplicate.DataSegmentsIn));
        Assert.Equal(receiver.RxSegments, sender.TxSegments + (uint)duplicates.Count);
        Assert.Equal((1700ul, 1700ul), (sender.TxBytes, receiver.RxBytes));
        Assert.Equal(500ul * sender.RetransmittedData, sender.RetransmittedBytes);
        BurstTests.AssertWhole(near, sender);
        BurstTests.AssertWhole(far, receiver);
        Assert.Equal(sender.TxSegments, (uint)far.BurstsOf(receiver, TrafficDirection.Rx).Sum(burst => burst.Segments));
    });

    private static List<LateDuplicate> DuplicatesOf(Recording recording)
    {
        recording.Drain();
        Assert.Equal(Enumerable.Range(0, recording.Duplicates.Count), recording.Duplicates.Select(duplicate => (int)duplicate.Ordinal));
        return [.. recording.Duplicates.Select(duplicate => duplicate.Duplicate)];
    }

    private static (uint Offset, uint Bytes, uint Segments) Place(LateDuplicate duplicate, SeenFlow flow) =>
        (duplicate.Sequence - flow.FirstReceive!.Value, duplicate.Bytes, duplicate.Segments);
}
