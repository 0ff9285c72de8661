using System.Net;
using System.Net.Sockets;

namespace NodeBox.Kernel.Tests;

/// <summary>A connected pair of blocking sockets with a listener of its own.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _listener;

    private Connection(Socket listener, Socket client, Socket server)
    {
        _listener = listener;
        Client = client;
        Server = server;
    }

    public Socket Client { get; }

    public Socket Server { get; }

    public IPEndPoint Listener => (IPEndPoint)_listener.LocalEndPoint!;

    public static Connection Open(IPAddress? address = null, Action<Socket>? beforeConnect = null)
    {
        address ??= IPAddress.Loopback;
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen(8);
        Socket client = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        beforeConnect?.Invoke(client);
        client.Connect(listener.LocalEndPoint!);
        return new Connection(listener, client, listener.Accept());
    }

    /// <summary>Sends so many bytes one way and receives them all; the sender runs in its own thread.</summary>
    public static void Transfer(Socket from, Socket to, int bytes)
    {
        Thread sender = new(() =>
        {
            for (int left = bytes; left > 0;)
            {
                left -= from.Send(new byte[Math.Min(left, 65536)]);
            }
        });
        sender.Start();
        byte[] buffer = new byte[65536];
        for (int left = bytes; left > 0;)
        {
            left -= to.Receive(buffer, Math.Min(left, buffer.Length), SocketFlags.None);
        }

        sender.Join();
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        _listener.Dispose();
    }
}
