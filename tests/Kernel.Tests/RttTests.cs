using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

public sealed class RttTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Each_exchange_gives_each_end_one_sample(string address)
    {
        const int Exchanges = 50;
        Thrice.Try(() => QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start();
            using Connection connection = Connection.Open(IPAddress.Parse(address));
            for (int i = 0; i < Exchanges; i++)
            {
                Connection.Transfer(connection.Client, connection.Server, 10);
                Connection.Transfer(connection.Server, connection.Client, 20);
            }

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            List<RttSample> client = recording.RttsOf(active);
            List<RttSample> server = recording.RttsOf(passive);

            // Each transfer is acknowledged once, and the FIN besides.
            Assert.Equal(Enumerable.Range(1, Exchanges).Select(i => 10u * (uint)i), Offsets(client, active).Take(Exchanges));
            Assert.Equal(Enumerable.Range(1, Exchanges).Select(i => 20u * (uint)i), Offsets(server, passive).Take(Exchanges));
            Assert.InRange(client.Count, Exchanges, Exchanges + 1);
            Assert.InRange(server.Count, Exchanges, Exchanges + 1);
            Assert.All(client.Concat(server), sample => Assert.InRange(sample.RttUs, 0u, 1_000_000u));
            Assert.InRange(active.MinRttUs!.Value, 0u, client.Min(sample => sample.RttUs));
        }));
    }

    [Fact]
    public void A_slow_link_shows_in_the_samples_and_an_unloaded_one_does_not() => Thrice.Try(() =>
    {
        using RoutedNamespaces nodes = new();
        uint fast = MedianRtt(nodes, 100);

        // 10 kB at 1 Mbit/s are 80 ms on the wire. The bucket holds a quarter of it.
        RoutedNamespaces.Shape(nodes.Router, nodes.Far, "rate 1mbit burst 2500 limit 100kb");
        uint slow = MedianRtt(nodes, 10_000);

        Assert.InRange(slow, fast + 20_000, 10_000_000u);
    });

    [Fact]
    public void The_last_acknowledgement_counts_as_well()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start();
            using Connection connection = Connection.Open();
            Connection.Transfer(connection.Client, connection.Server, 10);

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            Assert.Contains(10u, Offsets(recording.RttsOf(active), active));
            Assert.DoesNotContain(recording.RttsOf(passive), sample => sample.AcknowledgedSequence == passive.FirstSend);
        });
    }

    [Fact]
    public void Old_samples_do_not_wait_for_a_full_batch()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start();
            using Connection connection = Connection.Open();
            for (int i = 0; i < 3; i++)
            {
                Connection.Transfer(connection.Client, connection.Server, 1);
                Connection.Transfer(connection.Server, connection.Client, 1);
                Thread.Sleep(700);
            }

            Connection.Transfer(connection.Client, connection.Server, 1);
            Connection.Transfer(connection.Server, connection.Client, 1);
            recording.Drain();

            Assert.NotEmpty(recording.Rtts);
        });
    }

    [Fact]
    public void Handshakes_are_timed_at_both_ends()
    {
        using Recording recording = Recording.Start();
        long begin = Stopwatch.GetTimestamp();
        using Connection connection = Connection.Open();
        uint most = (uint)Stopwatch.GetElapsedTime(begin).TotalMicroseconds;

        List<SeenFlow> established = recording.Await(connection.Listener, FlowEventKind.Established, 2);

        Assert.All(established, flow => Assert.InRange(flow.HandshakeRttUs!.Value, 1u, most));
        SeenFlow active = established.Single(flow => flow.Direction == FlowDirection.Active);
        SeenFlow passive = established.Single(flow => flow.Direction == FlowDirection.Passive);
        Assert.Equal((active.FirstSend, active.FirstReceive), (passive.FirstReceive, passive.FirstSend));
        SeenFlow begun = recording.Flows.First(flow => flow.IsOf(connection.Listener));
        Assert.Equal((null, null), (begun.FirstSend, begun.HandshakeRttUs));
    }

    [Fact]
    public void A_window_that_closes_is_counted()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start();
            using Connection connection = Connection.Open(beforeConnect: client => client.SendBufferSize = 150_000);
            connection.Server.ReceiveBufferSize = 4096;
            Thread sender = new(() => connection.Client.Send(new byte[150_000]));
            sender.Start();
            Thread.Sleep(300);
            byte[] buffer = new byte[1 << 16];
            for (int left = 150_000; left > 0;)
            {
                left -= connection.Server.Receive(buffer);
            }

            sender.Join();

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            Assert.True(active.ZeroWindows > 0);
            Assert.Equal(0u, passive.ZeroWindows);
            BurstTests.AssertWhole(recording, active);
            BurstTests.AssertWhole(recording, passive);
        });
    }

    private static IEnumerable<uint> Offsets(List<RttSample> samples, SeenFlow flow) =>
        samples.Select(sample => sample.AcknowledgedSequence - flow.FirstSend!.Value);

    private static uint MedianRtt(RoutedNamespaces nodes, int bytes)
    {
        using Recording recording = RoutedNamespaces.Run(nodes.Near, () => Recording.Start());
        using Socket listener = RoutedNamespaces.Run(nodes.Far, () => LossTests.Listen(nodes.FarAddress));
        using Socket client = RoutedNamespaces.Run(nodes.Near, () => LossTests.Connect((IPEndPoint)listener.LocalEndPoint!));
        using Socket server = listener.Accept();
        for (int i = 0; i < 10; i++)
        {
            Connection.Transfer(client, server, bytes);
            Connection.Transfer(server, client, 1);
        }

        client.Dispose();
        SeenFlow closed = recording.Await((IPEndPoint)listener.LocalEndPoint!, FlowEventKind.Closed, 1).Single();
        List<uint> samples = [.. recording.RttsOf(closed).Select(sample => sample.RttUs).Order()];
        return samples[samples.Count / 2];
    }
}
