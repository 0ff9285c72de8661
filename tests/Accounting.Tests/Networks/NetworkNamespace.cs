using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NodeBox.Accounting.Tests.Networks;

/// <summary>A network namespace that <c>ip netns</c> knows.</summary>
/// <param name="Name">Its name there.</param>
internal sealed partial record NetworkNamespace(string Name)
{
    private const int CloneNewNet = 0x4000_0000;

    /// <summary>The command line that runs a program there.</summary>
    public IReadOnlyList<string> Exec(params IReadOnlyList<string> command) => ["ip", "netns", "exec", Name, .. command];

    /// <summary>Runs a program there to its end.</summary>
    public string Run(params IReadOnlyList<string> command) => Tool.Run(Exec(command));

    /// <summary>Runs <c>ip</c> on it.</summary>
    public void Ip(string arguments) => Tool.Run(["ip", "-n", Name, .. arguments.Split(' ')]);

    /// <summary>Makes captures at <c>eth0</c> and <c>lo</c> see packets as they are on a wire: none longer than an Ethernet frame.</summary>
    public void BeLikeAWire()
    {
        SetOffload("eth0", on: false);
        SetOffload("lo", on: false);
        Ip("link set lo mtu 1500");
    }

    /// <summary>Turns segmentation and reassembly offload on or off at an interface.</summary>
    public void SetOffload(string device, bool on)
    {
        string value = on ? "on" : "off";
        Run("ethtool", "-K", device, "tso", value, "gso", value, "gro", value);
    }

    /// <summary>A TCP socket there. It stays there whichever thread uses it, and so do the connections that it accepts.</summary>
    public Socket Socket(AddressFamily family)
    {
        Socket? socket = null;
        Exception? failure = null;

        // The thread takes the other namespace to its grave.
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle($"/run/netns/{Name}");
                int result = SetNamespace(handle, CloneNewNet);
                Assert.True(result == 0, $"setns({Name}) failed with errno {Marshal.GetLastPInvokeError()}");
                socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return socket!;
    }

    /// <summary>A connection from there.</summary>
    public async Task<Socket> ConnectAsync(IPEndPoint server)
    {
        Socket socket = Socket(server.AddressFamily);
        await socket.ConnectAsync(server);
        return socket;
    }

    /// <summary>A listener there.</summary>
    public Socket Listen(IPEndPoint endpoint)
    {
        Socket socket = Socket(endpoint.AddressFamily);
        socket.Bind(endpoint);
        socket.Listen();
        return socket;
    }

    /// <summary>HTTP/1.1 from there.</summary>
    public HttpClient Http() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = async (context, _) =>
        {
            Socket socket = await ConnectAsync(new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port));
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    [LibraryImport("libc.so.6", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int type);
}
