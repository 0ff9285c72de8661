using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Kernel.Tests;

public sealed class SnapshotTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Open_flows_are_described_by_the_kernel_alone(string address)
    {
        using Connection connection = Connection.Open(IPAddress.Parse(address));
        Connection.Transfer(connection.Client, connection.Server, 12_345);
        Connection.Transfer(connection.Server, connection.Client, 7);

        FlowSnapshot client = SockDiag.Dump().Single(flow => connection.Listener.Equals(flow.Remote));
        FlowSnapshot server = SockDiag.Dump().Single(flow => connection.Listener.Equals(flow.Local));

        Assert.Equal((12_345ul, 7ul), (client.TxBytes, client.RxBytes));
        Assert.Equal((7ul, 12_345ul), (server.TxBytes, server.RxBytes));
        Assert.Equal(client.TxSegments + client.RetransmittedSegments, server.RxSegments);
        Assert.Equal(connection.Client.LocalEndPoint, client.Local);
        Assert.Equal(("ESTABLISHED", FlowDirection.Unknown), (client.State, client.Direction));
        Assert.NotEqual("", client.CongestionControl);
        Assert.True(client.SmoothedRttUs > 0);
    }

    [Fact]
    public void With_probes_they_have_tag_owner_and_begin()
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open();
        SocketTag tag = new([.. Enumerable.Repeat((byte)9, 16)], new byte[8], SocketTagFlags.None, "agent-b");
        recording.Probes.Tags.Set((int)connection.Server.Handle, tag);
        Connection.Transfer(connection.Client, connection.Server, 1);

        FlowSnapshot server = recording.Probes.Snapshot().Single(flow => connection.Listener.Equals(flow.Local));

        List<SeenFlow> both = recording.Await(connection.Listener, FlowEventKind.Established, 2);
        SeenFlow established = both.Single(flow => flow.Direction == FlowDirection.Passive);
        Assert.Equal((established.Cookie, established.BeginNs), (server.Cookie, server.BeginKtimeNs));
        Assert.Equal((FlowDirection.Passive, "agent-b"), (server.Direction, server.Tag.Agent));
        Assert.NotEqual((0, ""), (server.Pid, server.Comm));
    }

    // Nothing makes the kernel skip a program's run when it should. A snapshot elsewhere lists none of the flows, as if they had ended so.
    [Fact]
    public void The_place_of_a_flow_that_no_snapshot_lists_is_free_again()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(new FlowProbeOptions { FlowPlaces = 2 });
            using Connection lost = Connection.Open();
            QuietNamespace.Run(() => Assert.Empty(recording.Probes.Snapshot()));
            Assert.NotNull(recording.Probes.Snapshot().Single(flow => lost.Listener.Equals(flow.Local)).BeginKtimeNs);
            QuietNamespace.Run(() => Assert.Empty(recording.Probes.Snapshot()));
            QuietNamespace.Run(() => Assert.Empty(recording.Probes.Snapshot()));
            using Connection next = Connection.Open();

            recording.CloseUnknown(lost);
            (SeenFlow active, SeenFlow passive) = recording.Close(next);

            Assert.NotNull(active.BeginNs);
            Assert.NotNull(passive.BeginNs);
        });
    }

    [Fact]
    public void A_fin_that_was_received_is_no_payload()
    {
        using Connection connection = Connection.Open();
        Connection.Transfer(connection.Client, connection.Server, 10);
        connection.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, connection.Server.Receive(new byte[1]));

        FlowSnapshot server = SockDiag.Dump().Single(flow => connection.Listener.Equals(flow.Local));

        Assert.Equal(("CLOSE_WAIT", 10ul), (server.State, server.RxBytes));
    }
}
