using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Kernel.Tests;

public sealed class BurstTests
{
    // Wide enough for a machine that is busy with other things.
    private static readonly TimeSpan s_gap = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_silence = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan s_never = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Silences_end_bursts_at_both_ends(string address)
    {
        Thrice.Try(() => QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions { BurstGap = s_gap });
            using Connection connection = Connection.Open(IPAddress.Parse(address));
            int[] sizes = [10, 100, 1000];
            foreach (int size in sizes)
            {
                for (int i = 0; i < 4; i++)
                {
                    connection.Client.Send(new byte[size]);
                    Assert.Equal(size, connection.Server.Receive(new byte[size]));
                }

                Thread.Sleep(s_silence);
            }

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            foreach (List<Burst> bursts in (List<Burst>[])
                [recording.BurstsOf(active, TrafficDirection.Tx), recording.BurstsOf(passive, TrafficDirection.Rx)])
            {
                Assert.Equal(sizes.Select(size => (4u * (uint)size, 4u)), bursts.Select(burst => (burst.Bytes, burst.Segments)));
                Assert.Equal([0u, 40, 440], bursts.Select(burst => burst.Sequence - active.FirstSend!.Value));
                Assert.Equal([0, 1, 4], bursts.Select(OnlySize));
                Assert.All(bursts, burst => Assert.InRange(burst.LongestGapUs, 1u, burst.DurationUs));
                Assert.All(bursts, burst => Assert.True(burst.DurationUs < 1_200_000));
            }

            Assert.Empty(recording.BurstsOf(active, TrafficDirection.Rx));
        }));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public void An_answer_ends_the_burst_of_a_tagged_socket(bool tagged, int expected)
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions { BurstGap = s_never });
            using Connection connection = Connection.Open();
            if (tagged)
            {
                SocketTag tag = new([.. Enumerable.Repeat((byte)1, 16)], new byte[8], SocketTagFlags.None, "a");
                recording.Probes.Tags.Set((int)connection.Client.Handle, tag);
            }

            for (int i = 0; i < 3; i++)
            {
                Connection.Transfer(connection.Client, connection.Server, 300);
                Connection.Transfer(connection.Client, connection.Server, 200);
                Connection.Transfer(connection.Server, connection.Client, 7000);
            }

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            uint exchanges = 3 / (uint)expected;
            List<Burst> sent = recording.BurstsOf(active, TrafficDirection.Tx);
            List<Burst> received = recording.BurstsOf(active, TrafficDirection.Rx);
            Assert.Equal(Enumerable.Repeat((exchanges * 500, exchanges * 2), expected), sent.Select(burst => (burst.Bytes, burst.Segments)));
            Assert.Equal(Enumerable.Repeat(exchanges * 7000, expected), received.Select(burst => burst.Bytes));
            Assert.Single(recording.BurstsOf(passive, TrafficDirection.Tx));
            Assert.Single(recording.BurstsOf(passive, TrafficDirection.Rx));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60_000)]
    [InlineData(5_000_000)]
    public void All_bursts_together_are_the_flow(int bytes)
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions());
            using Connection connection = Connection.Open();
            Connection.Transfer(connection.Client, connection.Server, bytes);
            Connection.Transfer(connection.Server, connection.Client, bytes);

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            AssertWhole(recording, active);
            AssertWhole(recording, passive);
        });
    }

    [Fact]
    public void What_comes_after_the_own_fin_is_in_the_last_burst()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions());
            using Connection connection = Connection.Open();
            connection.Client.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, connection.Server.Receive(new byte[1]));
            Connection.Transfer(connection.Server, connection.Client, 70_000);

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            Assert.Equal([(70_000u, active.RxSegments)], recording.BurstsOf(active, TrafficDirection.Rx).Select(b => (b.Bytes, b.Segments)));
            AssertWhole(recording, passive);
        });
    }

    [Fact]
    public void Without_bursts_there_are_none()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions { Bursts = false });
            using Connection connection = Connection.Open();
            Connection.Transfer(connection.Client, connection.Server, 100_000);
            Connection.Transfer(connection.Server, connection.Client, 10);

            recording.Close(connection);

            Assert.Empty(recording.Bursts);
            Assert.NotEmpty(recording.Rtts);
            Assert.DoesNotContain("net_dev_start_xmit", recording.Probes.ReadLedgers().Select(ledger => ledger.Probe));
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2001)]
    public void Refuses_a_gap_that_the_programs_cannot_hold(int milliseconds)
    {
        FlowProbeOptions options = new() { BurstGap = TimeSpan.FromMilliseconds(milliseconds) };

        Assert.Throws<ArgumentException>(() => FlowProbes.Attach(options));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1 << 19)]
    public void Refuses_places_that_programs_cannot_address(int places)
    {
        Assert.Throws<ArgumentException>(() => FlowProbes.Attach(new FlowProbeOptions { FlowPlaces = places }));
    }

    internal static void AssertWhole(Recording recording, SeenFlow flow)
    {
        List<Burst> sent = recording.BurstsOf(flow, TrafficDirection.Tx);
        List<Burst> received = recording.BurstsOf(flow, TrafficDirection.Rx);
        Assert.Equal((flow.TxBytes, flow.RxBytes), (Sum(sent, burst => burst.Bytes), Sum(received, burst => burst.Bytes)));
        Assert.Equal(flow.TxSegments, Sum(sent, burst => burst.Segments));
        Assert.All(sent.Concat(received), burst => Assert.InRange(Segments(burst), 0u, burst.Segments));
    }

    private static ulong Sum(List<Burst> bursts, Func<Burst, uint> figure) => bursts.Aggregate(0ul, (sum, burst) => sum + figure(burst));

    private static uint Segments(Burst burst)
    {
        ReadOnlySpan<uint> sizes = burst.Sizes;
        uint sum = 0;
        foreach (uint count in sizes)
        {
            sum += count;
        }

        return sum;
    }

    // The index of the one size that all segments have.
    private static int OnlySize(Burst burst)
    {
        ReadOnlySpan<uint> sizes = burst.Sizes;
        return sizes.IndexOf(burst.Segments);
    }
}
