using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Probing;
using NodeBox.Telemetry.Http;

namespace NodeBox.Tests.Probing;

public sealed class CutServerTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly CutServer _server;
    private readonly List<SliceCut> _cuts = [];
    private readonly List<object> _lost = [];
    private readonly Lock _serving = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    public CutServerTests()
    {
        _server = CutServer.Listen(Path, NullLogger.Instance);
        _thread = new Thread(ServeUntilStopped);
        _thread.Start();
    }

    private string Path => System.IO.Path.Combine(_folder.Path, "cuts.sock");

    [Fact]
    public void A_cut_is_there_when_sending_it_returns()
    {
        using CutSender sender = CutSender.Connect(Path, Assert.Fail);
        Stop();
        for (uint i = 0; i < 300; i++)
        {
            sender.Send(Cut(i));
            Serve();
            Assert.Equal((int)i + 1, _cuts.Count);
        }

        Assert.Equal(Enumerable.Range(0, 300), _cuts.Select(static cut => (int)cut.Slice));
    }

    [Fact]
    public void Many_threads_send_whole_cuts()
    {
        using (CutSender sender = CutSender.Connect(Path, Assert.Fail))
        {
            Parallel.For(0, 5000, i => sender.Send(Cut((uint)i)));
        }

        Assert.True(SpinWait.SpinUntil(() => Count() == 5000, TimeSpan.FromSeconds(10)), $"{Count()} cuts came");
        Assert.Equal(Enumerable.Range(0, 5000), _cuts.Select(static cut => (int)cut.Slice).Order());
    }

    [Fact]
    public void Who_says_goodbye_has_lost_nothing_and_who_vanishes_may_have()
    {
        CutSender.Connect(Path, Assert.Fail).Dispose();
        Socket vanishing = Connect();
        vanishing.Send(Message(Cut(1)).AsSpan(0, 100));
        vanishing.Dispose();
        Assert.True(SpinWait.SpinUntil(() => Lost() == 1, TimeSpan.FromSeconds(10)), "its disconnection was not noticed");
        Assert.Empty(_cuts);
    }

    [Fact]
    public void Garbage_is_disconnected_and_harms_nobody()
    {
        var random = new Random(2);
        using CutSender sender = CutSender.Connect(Path, Assert.Fail);
        for (int round = 0; round < 20; round++)
        {
            using Socket other = Connect();
            byte[] garbage = new byte[random.Next(CutMessage.Size, 100_000)];
            random.NextBytes(garbage);
            Message(Cut((uint)round)).CopyTo(garbage, 0);
            other.SendTimeout = 1000;
            other.Send(garbage, SocketFlags.None, out _);
            sender.Send(Cut(1000));
            if (garbage.Length >= 2 * CutMessage.Size)
            {
                other.ReceiveTimeout = 5000;
                _ = other.Receive(garbage, SocketFlags.None, out SocketError error);
                Assert.NotEqual(SocketError.TimedOut, error);
            }
        }

        Assert.True(SpinWait.SpinUntil(() => Lost() == 20, TimeSpan.FromSeconds(10)), $"{Lost()} were disconnected");
        Assert.True(SpinWait.SpinUntil(() => Count() == 40, TimeSpan.FromSeconds(10)), $"{Count()} cuts came");
    }

    [Fact]
    public void A_node_that_does_not_read_stops_the_sender_for_a_while_only()
    {
        List<string> reports = [];
        using CutSender sender = CutSender.Connect(Path, reports.Add);
        Stop();
        for (uint i = 0; i < 100_000 && reports.Count == 0; i++)
        {
            sender.Send(Cut(i));
        }

        Assert.Contains("no longer takes cuts", Assert.Single(reports));
        sender.Send(Cut(7));
        Serve();
        Serve();
        Assert.Single(_lost);
    }

    [Fact]
    public void Only_its_own_user_may_connect_and_only_so_many()
    {
        Assert.True(OperatingSystem.IsLinux() && File.GetUnixFileMode(Path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        List<CutSender> senders = [.. Enumerable.Range(0, 8).Select(_ => CutSender.Connect(Path, Assert.Fail))];
        Assert.Contains("enough senders", Assert.Throws<IOException>(() => CutSender.Connect(Path, Assert.Fail)).Message);
        senders.ForEach(static sender => sender.Dispose());
        Assert.True(
            SpinWait.SpinUntil(() => Record.Exception(() => CutSender.Connect(Path, Assert.Fail).Dispose()) is null, TimeSpan.FromSeconds(10)),
            "no room was made");
    }

    [Fact]
    public void Without_a_node_a_sender_says_so()
    {
        string nowhere = System.IO.Path.Combine(_folder.Path, "none.sock");
        Assert.StartsWith($"no node takes cuts at {nowhere}", Assert.Throws<IOException>(() => CutSender.Connect(nowhere, Assert.Fail)).Message);
    }

    public void Dispose()
    {
        Stop();
        _server.Dispose();
        Assert.False(File.Exists(Path));
        _stop.Dispose();
        _folder.Dispose();
    }

    private static SliceCut Cut(uint slice) => new(1, slice, null, SliceKind.Llm, 1, slice, slice, null, null);

    private static byte[] Message(SliceCut cut)
    {
        byte[] message = new byte[CutMessage.Size];
        CutMessage.Write(in cut, message);
        return message;
    }

    private Socket Connect()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Path));
        socket.Receive(new byte[1]);
        return socket;
    }

    private void Stop()
    {
        _stop.Set();
        _thread.Join();
    }

    private void ServeUntilStopped()
    {
        while (!_stop.Wait(TimeSpan.FromMilliseconds(5)))
        {
            Serve();
        }
    }

    private void Serve()
    {
        lock (_serving)
        {
            _server.Accept();
            _server.Drain((in SliceCut cut, object _) => _cuts.Add(cut), _lost.Add);
        }
    }

    private int Count()
    {
        lock (_serving)
        {
            return _cuts.Count;
        }
    }

    private int Lost()
    {
        lock (_serving)
        {
            return _lost.Count;
        }
    }
}
