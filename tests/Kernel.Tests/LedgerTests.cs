using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

public sealed class LedgerTests
{
    // Opened and closed at the active end, closed at the passive end, established at both.
    private const int RecordsPerFlow = 5;

    [Theory]
    [InlineData(1 << 22, 200, false)]
    [InlineData(4096, 200, true)]
    [InlineData(8192, 2, false)]
    public void Every_run_and_every_lost_record_is_counted(int ringBytes, int flows, bool overflows)
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(ringBytes);
            for (int i = 0; i < flows; i++)
            {
                using Connection connection = Connection.Open();
                Connection.Transfer(connection.Client, connection.Server, 1);
                connection.Client.Dispose();
                Assert.Equal(0, connection.Server.Receive(new byte[1]));
            }

            IReadOnlyList<ProbeLedger> ledgers = AwaitRecords(recording, RecordsPerFlow * flows);
            recording.Drain();

            Assert.All(ledgers, ledger => Assert.True(ledger.Balances, ledger.ToString()));
            Assert.All(ledgers, ledger => Assert.Equal(0ul, ledger.Missed));
            ProbeLedger state = ledgers.Single(ledger => ledger.Probe == "inet_sock_set_state");
            Assert.Equal((ulong)(RecordsPerFlow * flows), state.Emitted + state.Dropped);
            Assert.Equal((ulong)recording.Records, state.Emitted);
            Assert.Equal(overflows, state.Dropped > 0);
            Assert.True(ledgers.Single(ledger => ledger.Probe == "tcp_rcv_space_adjust").Aggregated >= (ulong)flows);
        });
    }

    [Fact]
    public void Flows_of_another_namespace_are_filtered()
    {
        using Recording recording = Recording.Start();
        IPEndPoint? other = null;
        QuietNamespace.Run(() =>
        {
            using Connection connection = Connection.Open(IPAddress.Parse("127.9.8.7"));
            other = connection.Listener;
        });
        using Connection own = Connection.Open();

        recording.Await(own.Listener, FlowEventKind.Established, 2);

        Assert.DoesNotContain(recording.Flows, flow => other!.Address.Equals(flow.Local.Address));
        Assert.True(recording.Probes.ReadLedgers()[0].Filtered > 0);
    }

    [Fact]
    public void Listeners_are_no_flows()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start();
            using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            listener.Dispose();

            recording.Drain();

            Assert.Empty(recording.Flows);
        });
    }

    private static IReadOnlyList<ProbeLedger> AwaitRecords(Recording recording, int records)
    {
        IReadOnlyList<ProbeLedger> ledgers = recording.Probes.ReadLedgers();
        for (int i = 0; i < 500 && ledgers[0].Emitted + ledgers[0].Dropped < (ulong)records; i++)
        {
            Thread.Sleep(10);
            ledgers = recording.Probes.ReadLedgers();
        }

        return ledgers;
    }
}
