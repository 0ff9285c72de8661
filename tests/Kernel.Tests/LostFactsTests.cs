using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Kernel.Tests;

public sealed class LostFactsTests
{
    private const int Exchanges = 500;

    [Fact]
    public void Ordinals_say_exactly_what_a_stopped_reader_lost()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(8192);
            using Connection connection = Connection.Open();
            Tag(recording, connection);
            Exchange(connection, Exchanges);
            recording.Drain();

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            IReadOnlyList<ProbeLedger> ledgers = recording.Probes.ReadLedgers();
            Assert.All(ledgers, ledger => Assert.True(ledger.Balances, ledger.ToString()));
            Assert.True(Dropped(ledgers, "tcp_probe") > 100);
            Assert.Equal(Dropped(ledgers, "tcp_probe"), Lost(recording, active, TrafficDirection.Rx) + Lost(recording, passive, TrafficDirection.Rx));
            Assert.Equal(
                Dropped(ledgers, "net_dev_start_xmit"),
                Lost(recording, active, TrafficDirection.Tx) + Lost(recording, passive, TrafficDirection.Tx));
            Assert.Equal((ulong)recording.Records, (ulong)ledgers.Sum(ledger => (long)ledger.Emitted));

            // The last record says how many samples there were; each exchange acknowledges once.
            List<uint> samples = [.. recording.Rtts.Where(rtt => rtt.Cookie == active.Cookie).Select(rtt => rtt.Ordinal)];
            Assert.InRange(samples[^1], (uint)Exchanges - 1, (uint)Exchanges + 1);
            Assert.True(samples.Count < Exchanges);
        });
    }

    [Fact]
    public void Facts_of_a_snapshot_come_again_under_the_same_ordinals()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions { BurstGap = TimeSpan.FromSeconds(2), Packets = true });
            using Connection connection = Connection.Open();
            Exchange(connection, 20);
            recording.Drain();

            FlowSnapshot snapshot = recording.Probes.Snapshot().Single(flow => connection.Listener.Equals(flow.Remote));
            Exchange(connection, 20);
            (SeenFlow active, _) = recording.Close(connection);

            Burst open = Assert.Single(snapshot.PendingTxBursts.Facts);
            Burst final = recording.BurstsOf(active, TrafficDirection.Tx)[(int)snapshot.PendingTxBursts.First];
            Assert.Equal((2000u, open.Sequence, open.BeginKtimeNs), (open.Bytes, final.Sequence, final.BeginKtimeNs));
            Assert.Equal(4000u, final.Bytes);
            AssertComeAgain(snapshot.PendingRtts, recording.RttsOf(active));
            AssertComeAgain(snapshot.PendingTxPackets, recording.PacketsOf(active, TrafficDirection.Tx));
            AssertComeAgain(snapshot.PendingRxPackets, recording.PacketsOf(active, TrafficDirection.Rx));
            Assert.Equal((active.FirstSend, active.FirstReceive), (snapshot.FirstSendSequence, snapshot.FirstReceiveSequence));
            Assert.Equal(active.HandshakeRttUs, snapshot.HandshakeRttUs);
        });
    }

    [Fact]
    public void A_snapshot_has_the_sample_of_the_last_acknowledgement()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start();
            using Connection connection = Connection.Open();
            Exchange(connection, 3);

            FlowSnapshot client = recording.Probes.Snapshot().Single(flow => connection.Listener.Equals(flow.Remote));
            FlowSnapshot again = recording.Probes.Snapshot().Single(flow => connection.Listener.Equals(flow.Remote));

            // On a slow machine the first ones are a second old and reported already.
            recording.Drain();
            IEnumerable<RttSample> samples =
                recording.Rtts.Where(rtt => rtt.Cookie == client.Cookie).Select(rtt => rtt.Sample).Concat(client.PendingRtts.Facts);
            Assert.Equal([100u, 200, 300], samples.Select(rtt => rtt.AcknowledgedSequence - client.FirstSendSequence!.Value));
            Assert.Equal(client.PendingRtts.Facts, again.PendingRtts.Facts);
        });
    }

    [Fact]
    public void Flows_that_find_no_place_are_counted_as_missed()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions { FlowPlaces = 2 });
            using Connection first = Connection.Open();
            using Connection second = Connection.Open();

            (SeenFlow active, SeenFlow passive) = recording.CloseUnknown(second);

            Assert.Equal((FlowDirection.Unknown, FlowDirection.Unknown), (active.Direction, passive.Direction));
            Assert.Equal(2ul, recording.Probes.ReadLedgers().Single(ledger => ledger.Probe == "inet_sock_set_state").Missed);
            Assert.True(recording.Probes.ReadLedgers()[0].Balances);
            first.Client.Dispose();
            first.Server.Dispose();
            recording.AwaitClosed(first.Listener);

            // The places are free again.
            using Connection third = Connection.Open();
            recording.Close(third);
        });
    }

    private static void AssertComeAgain<T>(PendingFacts<T> pending, List<T> reported)
        where T : unmanaged
    {
        Assert.NotEmpty(pending.Facts);
        Assert.Equal(pending.Facts, reported.Skip((int)pending.First).Take(pending.Facts.Count));
    }

    private static void Exchange(Connection connection, int times)
    {
        byte[] buffer = new byte[100];
        for (int i = 0; i < times; i++)
        {
            connection.Client.Send(buffer);
            connection.Server.Receive(buffer);
            connection.Server.Send(buffer);
            connection.Client.Receive(buffer);
        }
    }

    private static void Tag(Recording recording, Connection connection)
    {
        SocketTag tag = new([.. Enumerable.Repeat((byte)1, 16)], new byte[8], SocketTagFlags.None, "a");
        recording.Probes.Tags.Set((int)connection.Client.Handle, tag);
        recording.Probes.Tags.Set((int)connection.Server.Handle, tag);
    }

    private static ulong Dropped(IReadOnlyList<ProbeLedger> ledgers, string probe) => ledgers.Single(ledger => ledger.Probe == probe).Dropped;

    // The closed record has the last ordinal.
    private static ulong Lost(Recording recording, SeenFlow flow, TrafficDirection direction)
    {
        List<uint> ordinals =
            [.. recording.Bursts.Where(burst => burst.Cookie == flow.Cookie && burst.Direction == direction).Select(burst => burst.Ordinal)];
        Assert.Equal((uint)Exchanges - 1, ordinals[^1]);
        return (ulong)(Exchanges - ordinals.Count);
    }
}
