using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

public sealed class FlowCloseTests
{
    private const int ECONNRESET = 104;

    [Theory]
    [InlineData("127.0.0.1", 0, 0)]
    [InlineData("127.0.0.1", 1, 1)]
    [InlineData("127.0.0.1", 1000, 50_000)]
    [InlineData("127.0.0.1", 20_000_000, 3)]
    [InlineData("::1", 1234, 5_000_000)]
    public void Both_ends_report_payload_and_segments_exactly(string address, int up, int down)
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open(IPAddress.Parse(address));
        Connection.Transfer(connection.Client, connection.Server, up);
        Connection.Transfer(connection.Server, connection.Client, down);
        IPEndPoint client = (IPEndPoint)connection.Client.LocalEndPoint!;
        connection.Client.Dispose();
        connection.Server.Dispose();

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);

        AssertFin(active, passive, (ulong)up, (ulong)down);
        Assert.Equal(active.TxSegments + active.RetransmittedData, passive.RxSegments);
        Assert.Equal(passive.TxSegments + passive.RetransmittedData, active.RxSegments);
        Assert.True(active.TxSegmentsExact);
        Assert.Equal((client, connection.Listener), (active.Local, active.Remote));
        Assert.Equal((connection.Listener, client), (passive.Local, passive.Remote));
    }

    [Fact]
    public void An_ipv6_socket_that_speaks_ipv4_reports_ipv4()
    {
        using Recording recording = Recording.Start();
        using Socket listener = new(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        listener.Listen();
        IPEndPoint expected = new(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port);
        using Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(expected);
        listener.Accept().Dispose();
        client.Dispose();

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(expected);

        Assert.Equal(AddressFamily.InterNetworkV6, listener.AddressFamily);
        Assert.Equal(active.Local, passive.Remote);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_half_closed_flow_counts_what_comes_after_the_fin(bool clientFirst)
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open();
        (Socket first, Socket last) = clientFirst ? (connection.Client, connection.Server) : (connection.Server, connection.Client);
        Connection.Transfer(first, last, 100);
        first.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, last.Receive(new byte[1]));
        Connection.Transfer(last, first, 70_000);
        last.Dispose();
        Assert.Equal(0, first.Receive(new byte[1]));
        first.Dispose();

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);

        (ulong up, ulong down) = clientFirst ? (100ul, 70_000ul) : (70_000ul, 100ul);
        AssertFin(active, passive, up, down);
        Assert.True(active.FinReceived);
        Assert.True(passive.FinReceived);
    }

    [Fact]
    public void Ends_that_close_at_once_agree()
    {
        using Recording recording = Recording.Start();
        for (int i = 1; i <= 200; i++)
        {
            // The next listener may get a port that an earlier one had.
            recording.Flows.Clear();
            using Connection connection = Connection.Open();
            connection.Client.Send(new byte[i]);
            connection.Server.Receive(new byte[i]);
            using Barrier barrier = new(2);
            Thread other = new(() => CloseTogether(barrier, connection.Server));
            other.Start();
            CloseTogether(barrier, connection.Client);
            other.Join();

            (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);
            AssertFin(active, passive, (ulong)i, 0);
        }
    }

    [Fact]
    public void Data_for_a_closed_end_is_a_reset_at_the_other()
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open();
        connection.Client.Dispose();
        recording.Await(connection.Listener, FlowEventKind.Closed, 1);
        connection.Server.Send(new byte[10]);

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);

        Assert.Equal((CloseReason.Fin, false), (active.Reason, active.FinReceived));
        Assert.Equal(CloseReason.Reset, passive.Reason);
        Assert.Equal((0ul, 10ul), (active.RxBytes, passive.TxBytes));
    }

    [Fact]
    public void Lingering_for_no_time_is_a_reset_at_both_ends()
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open();
        Connection.Transfer(connection.Client, connection.Server, 5000);
        connection.Client.LingerState = new LingerOption(true, 0);
        connection.Client.Dispose();

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);

        Assert.Equal((CloseReason.Reset, CloseReason.Reset), (active.Reason, passive.Reason));
        Assert.Equal(ECONNRESET, passive.Error);
        Assert.Equal((5000ul, 5000ul), (active.TxBytes, passive.RxBytes));
    }

    [Fact]
    public void Lingering_for_no_time_after_a_half_close_is_a_reset()
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open();
        connection.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, connection.Server.Receive(new byte[1]));
        connection.Client.LingerState = new LingerOption(true, 0);
        connection.Client.Dispose();

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);

        Assert.Equal((CloseReason.Reset, CloseReason.Reset), (active.Reason, passive.Reason));
    }

    [Fact]
    public void Closing_with_unread_data_is_a_reset_at_both_ends()
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open();
        connection.Client.Send(new byte[3000]);
        connection.Server.Receive(new byte[10]);
        connection.Server.Dispose();

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);

        Assert.Equal((CloseReason.Reset, CloseReason.Reset), (active.Reason, passive.Reason));
        Assert.Equal((3000ul, 3000ul), (active.TxBytes, passive.RxBytes));
    }

    [Fact]
    public void A_flow_older_than_the_probes_is_counted_and_its_beginning_unknown()
    {
        using Connection connection = Connection.Open();
        Connection.Transfer(connection.Client, connection.Server, 700_000);
        using Recording recording = Recording.Start();
        Connection.Transfer(connection.Server, connection.Client, 300);
        connection.Client.Dispose();
        connection.Server.Dispose();

        List<SeenFlow> closed = recording.Await(connection.Listener, FlowEventKind.Closed, 2);

        Assert.All(closed, flow => Assert.Equal((FlowDirection.Unknown, null), (flow.Direction, flow.BeginNs)));
        Assert.Equal([(300ul, 700_000ul), (700_000ul, 300ul)], closed.Select(flow => (flow.TxBytes, flow.RxBytes)).Order());
    }

    [Fact]
    public void Times_and_round_trips_are_plausible()
    {
        using Recording recording = Recording.Start();
        ulong before = (ulong)Stopwatch.GetTimestamp();
        using Connection connection = Connection.Open();
        Connection.Transfer(connection.Client, connection.Server, 100_000);
        connection.Client.Dispose();
        connection.Server.Dispose();
        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);
        ulong after = (ulong)Stopwatch.GetTimestamp();

        foreach (SeenFlow end in (SeenFlow[])[active, passive])
        {
            ulong[] times = [before, end.BeginNs!.Value, end.EstablishedNs!.Value, end.AtNs, after];
            Assert.Equal(times.Order(), times);
        }

        Assert.InRange(active.SmoothedRttUs!.Value, 1u, 1_000_000u);
        Assert.InRange(active.MinRttUs!.Value, 0u, active.SmoothedRttUs.Value);
        string available = File.ReadAllText("/proc/sys/net/ipv4/tcp_available_congestion_control");
        Assert.Contains(active.Congestion, available.Split(' ', '\n'));
        Assert.NotEqual(active.Cookie, passive.Cookie);
    }

    private static void CloseTogether(Barrier barrier, Socket socket)
    {
        barrier.SignalAndWait();
        socket.Dispose();
    }

    private static void AssertFin(SeenFlow active, SeenFlow passive, ulong up, ulong down)
    {
        Assert.Equal((CloseReason.Fin, CloseReason.Fin), (active.Reason, passive.Reason));
        Assert.Equal((up, up), (active.TxBytes, passive.RxBytes));
        Assert.Equal((down, down), (passive.TxBytes, active.RxBytes));
    }
}
