using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using NodeBox.Telemetry.Http;

namespace NodeBox.Telemetry.Tests.Http;

public sealed class TcpInfoTests
{
    private const byte Established = 1;

    [Fact]
    public void Reads_what_a_connection_has_carried()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndpoint);
        using Socket server = listener.AcceptSocket();
        uint before = TcpInfo.Read(client).SegsOut;
        client.Send(new byte[100]);
        client.Send(new byte[50]);
        server.Receive(new byte[100]);
        server.Receive(new byte[50]);
        server.Send(new byte[7]);
        client.Receive(new byte[7]);

        TcpInfo atClient = TcpInfo.Read(client);
        Assert.Equal((150L, 0u, 2u, 7L, 1u), (atClient.Sent, atClient.NotSent, atClient.SegsOut - before, atClient.Received, atClient.DataSegsIn));
        TcpInfo atServer = TcpInfo.Read(server);
        Assert.Equal((7L, 150L, 2u), (atServer.Sent, atServer.Received, atServer.DataSegsIn));
        Assert.NotEqual(TcpInfo.CookieOf(client), TcpInfo.CookieOf(server));
        Assert.Equal(TcpInfo.CookieOf(client), TcpInfo.CookieOf(client));
    }

    [Theory]
    [InlineData(Established, 1000)]
    [InlineData(8, 999)]
    [InlineData(9, 999)]
    [InlineData(11, 999)]
    public void A_received_end_is_no_byte(byte state, long received)
    {
        byte[] info = Info(state);
        Assert.Equal(new TcpInfo(received, 9, 5000 - 200 + 30, 30, 20 - 3), TcpInfo.Parse(info));
    }

    [Fact]
    public void A_shorter_struct_of_an_older_kernel_says_less()
    {
        Assert.Equal(new TcpInfo(1000, 9, null, 30, 20 - 3), TcpInfo.Parse(Info(Established).AsSpan(0, 192)));
        for (int length = 0; length < 160; length++)
        {
            var error = Assert.Throws<NotSupportedException>(() => TcpInfo.Parse(Info(Established).AsSpan(0, length)));
            Assert.Contains($"has {length} bytes", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Whatever_the_kernel_writes_is_read_or_refused()
    {
        var random = new Random(20);
        for (int i = 0; i < 1000; i++)
        {
            byte[] info = new byte[random.Next(300)];
            random.NextBytes(info);
            if (info.Length < 160)
            {
                Assert.Throws<NotSupportedException>(() => TcpInfo.Parse(info));
            }
            else
            {
                Assert.Equal(info.Length < 216, TcpInfo.Parse(info).Sent is null);
            }
        }
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)]
    [InlineData(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)]
    public void A_socket_that_is_not_tcp_is_refused_by_name(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(family, type, protocol);
        var error = Assert.Throws<NotSupportedException>(() => TcpInfo.Read(socket));
        Assert.StartsWith($"getsockopt(TCP_INFO) on a socket that is {family} {type}", error.Message);
    }

    [Fact]
    public void A_closed_socket_says_so()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Dispose();
        Assert.Throws<ObjectDisposedException>(() => TcpInfo.Read(socket));
        Assert.Throws<ObjectDisposedException>(() => TcpInfo.CookieOf(socket));
    }

    // Offsets of linux/tcp.h.
    private static byte[] Info(byte state)
    {
        byte[] info = new byte[216];
        info[0] = state;
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(100), 3);
        BinaryPrimitives.WriteInt64LittleEndian(info.AsSpan(128), 1000);
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(144), 30);
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(152), 9);
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(156), 20);
        BinaryPrimitives.WriteInt64LittleEndian(info.AsSpan(200), 5000);
        BinaryPrimitives.WriteInt64LittleEndian(info.AsSpan(208), 200);
        return info;
    }
}
