using System.Net;
using System.Net.Sockets;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

public sealed class ManyFlowsTests
{
    private const int Flows = 2000;
    private const int Workers = 8;

    [Fact]
    public void Two_thousand_concurrent_flows_are_all_there_at_both_ends()
    {
        using Recording recording = Recording.Start(1 << 24);
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);
        IPEndPoint address = (IPEndPoint)listener.LocalEndPoint!;
        Thread[] threads =
        [
            .. Enumerable.Range(0, Workers).Select(_ => new Thread(() => Serve(listener))),
            .. Enumerable.Range(0, Workers).Select(worker => new Thread(() => Call(address, worker))),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        List<SeenFlow> closed = recording.Await(address, FlowEventKind.Closed, 2 * Flows);

        ILookup<FlowDirection, SeenFlow> ends = closed.ToLookup(flow => flow.Direction);

        // On a slow machine a port is used again, by a flow with other bytes.
        Dictionary<(int, ulong), SeenFlow> passive = ends[FlowDirection.Passive].ToDictionary(flow => (flow.Remote.Port, flow.RxBytes));
        foreach (SeenFlow active in ends[FlowDirection.Active])
        {
            SeenFlow other = passive[(active.Local.Port, active.TxBytes)];
            Assert.Equal((CloseReason.Fin, CloseReason.Fin), (active.Reason, other.Reason));
            Assert.Equal((active.TxBytes, active.RxBytes), (other.RxBytes, other.TxBytes));
            Assert.Equal(2 * active.TxBytes, active.RxBytes);
        }

        Assert.Equal(Enumerable.Range(1, Flows), ends[FlowDirection.Active].Select(flow => (int)flow.TxBytes).Order());
        Assert.Equal(0ul, recording.Probes.ReadLedgers()[0].Dropped);
    }

    // Sends i bytes in flow i, and reads the answer to its end.
    private static void Call(IPEndPoint address, int worker)
    {
        for (int i = worker + 1; i <= Flows; i += Workers)
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(address);
            client.Send(new byte[i]);
            client.Shutdown(SocketShutdown.Send);
            Read(client);
        }
    }

    // Answers each byte with two.
    private static void Serve(Socket listener)
    {
        for (int i = 0; i < Flows / Workers; i++)
        {
            using Socket server = listener.Accept();
            server.Send(new byte[2 * Read(server)]);
        }
    }

    private static int Read(Socket socket)
    {
        byte[] buffer = new byte[65536];
        int total = 0;
        for (int n = socket.Receive(buffer); n > 0; n = socket.Receive(buffer))
        {
            total += n;
        }

        return total;
    }
}
