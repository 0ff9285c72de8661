using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

public sealed class LossTests
{
    private const int Megabytes3 = 3_000_000;
    private const int ETIMEDOUT = 110;
    private const int IPPROTO_TCP = 6;
    private const int TCP_SYNCNT = 7;
    private const int TCP_CONGESTION = 13;
    private const int TCP_USER_TIMEOUT = 18;
    private static readonly Version s_tellsRefused = new(6, 17);

    [Fact]
    public void Losses_on_the_way_show_as_retransmissions_and_payload_stays_exact() => Thrice.Try(() =>
    {
        using RoutedNamespaces nodes = new();
        RoutedNamespaces.Throttle(nodes.Router, nodes.Far);

        (SeenFlow sender, SeenFlow receiver, List<SeenRetransmit> retransmits) = TransferAcross(nodes);

        Assert.NotEmpty(retransmits);
        Assert.Equal(sender.Retransmitted, (uint)retransmits.Sum(r => r.Segments));
        Assert.Equal(sender.RetransmittedData, (uint)retransmits.Where(r => r.Bytes > 0).Sum(r => r.Segments));
        Assert.Equal(sender.RetransmittedBytes, (ulong)retransmits.Sum(r => r.Bytes));
        Assert.True(receiver.OutOfOrder > 0);
        Assert.All(retransmits, r => Assert.Equal(r.Bytes, r.End - r.Begin));
        Assert.All(retransmits, r => Assert.Equal((sender.Cookie, sender.Local, sender.Remote), (r.Cookie, r.Local, r.Remote)));
        Assert.All(retransmits, r => Assert.Contains(r.State, (string[])["ESTABLISHED", "FIN_WAIT1"]));
        Assert.True(sender.TxSegmentsExact);
        Assert.InRange(receiver.RxSegments, sender.TxSegments, sender.TxSegments + sender.RetransmittedData);
    });

    [Fact]
    public void Segments_that_the_own_queue_refuses_do_not_count_as_payload() => Thrice.Try(() =>
    {
        using RoutedNamespaces nodes = new();
        RoutedNamespaces.Throttle(nodes.Near, nodes.Router);

        (SeenFlow sender, SeenFlow receiver, List<SeenRetransmit> retransmits) = TransferAcross(nodes);

        Assert.True(receiver.RxSegments > 0);
        Assert.False(sender.TxSegmentsExact);
        if (Environment.OSVersion.Version >= s_tellsRefused)
        {
            Assert.Equal(sender.RetransmittedData, (uint)retransmits.Where(r => r.Bytes > 0).Sum(r => r.Segments));
        }
    });

    [Fact]
    public void A_peer_that_stops_answering_is_a_timeout() => Thrice.Try(() =>
    {
        using RoutedNamespaces nodes = new();
        using Recording recording = RoutedNamespaces.Run(nodes.Near, () => Recording.Start());
        using Socket listener = RoutedNamespaces.Run(nodes.Far, () => Listen(nodes.FarAddress));
        IPEndPoint address = (IPEndPoint)listener.LocalEndPoint!;
        using Socket client = RoutedNamespaces.Run(nodes.Near, () => Connect(address));
        using Socket server = listener.Accept();
        client.SetRawSocketOption(IPPROTO_TCP, TCP_USER_TIMEOUT, BitConverter.GetBytes(500));
        nodes.Lose("10.99.2.1/32");
        client.Send(new byte[100]);

        SeenFlow closed = recording.Await(address, FlowEventKind.Closed, 1).Single();

        Assert.Equal((CloseReason.Timeout, ETIMEDOUT), (closed.Reason, closed.Error));
        Assert.Equal(100ul, closed.TxBytes);
    });

    [Fact]
    public void A_connection_without_an_answer_is_a_timeout_and_retransmits_its_syn() => Thrice.Try(() =>
    {
        using RoutedNamespaces nodes = new();
        using Recording recording = RoutedNamespaces.Run(nodes.Near, () => Recording.Start());
        nodes.Lose("10.99.3.0/24");
        IPEndPoint nobody = new(IPAddress.Parse("10.99.3.1"), 80);
        using Socket client = RoutedNamespaces.Run(nodes.Near, NewSocket);
        client.SetRawSocketOption(IPPROTO_TCP, TCP_SYNCNT, BitConverter.GetBytes(1));
        Assert.Throws<SocketException>(() => client.Connect(nobody));

        SeenFlow failed = recording.Await(nobody, FlowEventKind.Failed, 1).Single();

        Assert.Equal((CloseReason.Timeout, ETIMEDOUT), (failed.Reason, failed.Error));
        Assert.NotEmpty(recording.Retransmits);
        Assert.All(recording.Retransmits, syn => Assert.Equal(("SYN_SENT", 0u, 1u), (syn.State, syn.Bytes, syn.Segments)));
        Assert.Equal(((uint)recording.Retransmits.Count, 0u), (failed.Retransmitted, failed.RetransmittedData));
    });

    private static (SeenFlow Sender, SeenFlow Receiver, List<SeenRetransmit> Retransmits) TransferAcross(RoutedNamespaces nodes)
    {
        using Recording near = RoutedNamespaces.Run(nodes.Near, () => Recording.Start());
        using Recording far = RoutedNamespaces.Run(nodes.Far, () => Recording.Start());
        using Socket listener = RoutedNamespaces.Run(nodes.Far, () => Listen(nodes.FarAddress));
        IPEndPoint address = (IPEndPoint)listener.LocalEndPoint!;
        Socket client = RoutedNamespaces.Run(nodes.Near, () => Connect(address));
        Socket server = listener.Accept();
        Connection.Transfer(client, server, Megabytes3);
        client.Dispose();
        server.Dispose();
        SeenFlow sender = near.Await(address, FlowEventKind.Closed, 1).Single();
        SeenFlow receiver = far.Await(address, FlowEventKind.Closed, 1).Single();

        Assert.Equal((CloseReason.Fin, CloseReason.Fin), (sender.Reason, receiver.Reason));
        Assert.Equal((Megabytes3, Megabytes3), ((int)sender.TxBytes, (int)receiver.RxBytes));
        AssertBytes(near, sender, TrafficDirection.Tx, sender.TxBytes);
        AssertBytes(far, receiver, TrafficDirection.Rx, receiver.RxBytes);
        if (sender.TxSegmentsExact)
        {
            BurstTests.AssertWhole(near, sender);
            BurstTests.AssertWhole(far, receiver);
        }

        return (sender, receiver, near.Retransmits);
    }

    // What the own queue refused comes by later, for the first time.
    private static void AssertBytes(Recording recording, SeenFlow flow, TrafficDirection direction, ulong bytes) =>
        Assert.Equal(bytes, (ulong)recording.BurstsOf(flow, direction).Sum(burst => (long)burst.Bytes));

    private static Socket NewSocket()
    {
        return new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    }

    internal static Socket Listen(IPAddress address)
    {
        Socket listener = NewSocket();
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        return listener;
    }

    internal static Socket Connect(IPEndPoint address)
    {
        Socket client = NewSocket();
        client.SetRawSocketOption(IPPROTO_TCP, TCP_CONGESTION, "cubic"u8);
        client.Connect(address);
        return client;
    }
}
