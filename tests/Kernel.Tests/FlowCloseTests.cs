using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

public sealed class FlowCloseTests
{
    [Theory]
    [InlineData("127.0.0.1", 0, 0)]
    [InlineData("127.0.0.1", 1, 1)]
    [InlineData("127.0.0.1", 1000, 50_000)]
    [InlineData("127.0.0.1", 20_000_000, 3)]
    [InlineData("::1", 1234, 5_000_000)]
    public void Both_ends_report_the_payload_exactly(string address, int up, int down)
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open(IPAddress.Parse(address));
        Connection.Transfer(connection.Client, connection.Server, up);
        Connection.Transfer(connection.Server, connection.Client, down);
        IPEndPoint client = (IPEndPoint)connection.Client.LocalEndPoint!;
        connection.Client.Dispose();
        connection.Server.Dispose();

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);

        Assert.Equal((ulong)up, active.TxBytes);
        Assert.Equal((ulong)down, active.RxBytes);
        Assert.Equal((ulong)down, passive.TxBytes);
        Assert.Equal((ulong)up, passive.RxBytes);
        Assert.Equal(active.TxSegments, passive.RxSegments);
        Assert.Equal(passive.TxSegments, active.RxSegments);
        Assert.Equal(CloseReason.Fin, active.Reason);
        Assert.Equal(CloseReason.Fin, passive.Reason);
        Assert.Equal(client, active.Local);
        Assert.Equal(connection.Listener, active.Remote);
        Assert.Equal(client, passive.Remote);
        Assert.Equal(connection.Listener, passive.Local);
    }
}
