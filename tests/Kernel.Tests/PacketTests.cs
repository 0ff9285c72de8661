using System.Net;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

public sealed class PacketTests
{
    [Theory]
    [InlineData("127.0.0.1", 1)]
    [InlineData("127.0.0.1", 40)]
    [InlineData("::1", 40)]
    public void Together_they_are_the_flow(string address, int exchanges) => Thrice.Try(() =>
    {
        // A machine that is held up sends segments again, which are received and are no packets of the series.
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions { Packets = true });
            using Connection connection = Connection.Open(IPAddress.Parse(address));
            for (int i = 1; i <= exchanges; i++)
            {
                Connection.Transfer(connection.Client, connection.Server, i);
                Connection.Transfer(connection.Server, connection.Client, 10_000 * i);
            }

            (SeenFlow active, SeenFlow passive) = recording.Close(connection);

            foreach (SeenFlow flow in (SeenFlow[])[active, passive])
            {
                List<Packet> sent = recording.PacketsOf(flow, TrafficDirection.Tx);
                List<Packet> received = recording.PacketsOf(flow, TrafficDirection.Rx);
                AssertSeries(sent, flow.FirstSend!.Value, flow.TxBytes);
                AssertSeries(received, flow.FirstReceive!.Value, flow.RxBytes);
                Assert.Equal(flow.TxSegments, (uint)sent.Sum(packet => packet.Segments));
                Assert.Equal(flow.RxSegments, (uint)received.Sum(packet => packet.Segments));
                BurstTests.AssertWhole(recording, flow);
            }

            Assert.Equal(exchanges, recording.PacketsOf(active, TrafficDirection.Tx).Count);
        });
    });

    [Fact]
    public void They_have_ledgers_of_their_own()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions { Packets = true, Bursts = false });
            using Connection connection = Connection.Open();
            for (int i = 0; i < 40; i++)
            {
                Connection.Transfer(connection.Client, connection.Server, 100);
            }

            recording.Close(connection);

            IReadOnlyList<ProbeLedger> ledgers = recording.Probes.ReadLedgers();
            Assert.Equal(ledgers.Count, ledgers.Select(ledger => ledger.Probe).Distinct().Count());
            Assert.All(ledgers, ledger => Assert.True(ledger.Balances, ledger.ToString()));
            ProbeLedger sent = ledgers.Single(ledger => ledger.Probe == "net_dev_start_xmit/packets");
            Assert.Equal((40ul, 2ul), (sent.Aggregated + sent.Emitted, sent.Emitted));
        });
    }

    [Fact]
    public void Nobody_who_did_not_ask_gets_any()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start();
            using Connection connection = Connection.Open();
            Connection.Transfer(connection.Client, connection.Server, 100_000);
            recording.Close(connection);

            Assert.Empty(recording.Packets);
            Assert.DoesNotContain(recording.Probes.ReadLedgers(), ledger => ledger.Probe.EndsWith("/packets"));
        });
    }

    private static void AssertSeries(List<Packet> packets, uint first, ulong bytes)
    {
        Assert.Equal(bytes, (ulong)packets.Sum(packet => (long)packet.Bytes));
        Assert.Equal(packets.Select(packet => packet.KtimeNs).Order(), packets.Select(packet => packet.KtimeNs));
        uint next = first;
        foreach (Packet packet in packets)
        {
            Assert.Equal(next, packet.Sequence);
            next += packet.Bytes;
        }
    }
}
