using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Kernel.Tests;

public sealed class TagTests
{
    private const int EBADF = 9;
    private const int ENOTSOCK = 88;

    [Fact]
    public void A_tag_set_before_connect_is_on_every_event()
    {
        using Recording recording = Recording.Start();
        SocketTag tag = Tag(1, "agent-a");
        using Connection connection = Connection.Open(beforeConnect: client => Set(recording.Probes.Tags, client, tag));
        connection.Client.Dispose();
        connection.Server.Dispose();
        recording.AwaitClosed(connection.Listener);

        List<SeenFlow> active = [.. recording.Flows.Where(flow => connection.Listener.Equals(flow.Remote))];
        Assert.Equal(3, active.Count);
        Assert.All(active, flow => Assert.Equal((Hex(1), "agent-a"), (flow.Task, flow.Agent)));
        Assert.All(recording.Flows.Where(flow => connection.Listener.Equals(flow.Local)), flow => Assert.Equal(Hex(0), flow.Task));
    }

    [Fact]
    public void A_tag_set_at_the_passive_end_or_replaced_mid_flow_is_on_later_events()
    {
        using Recording recording = Recording.Start();
        using Connection connection = Connection.Open(beforeConnect: client => Set(recording.Probes.Tags, client, Tag(1, "a")));
        Set(recording.Probes.Tags, connection.Server, Tag(2, "an agent whose name has 32 bytes"));
        Connection.Transfer(connection.Client, connection.Server, 10);
        Set(recording.Probes.Tags, connection.Client, Tag(3, "ä"));
        connection.Client.Dispose();
        connection.Server.Dispose();

        (SeenFlow active, SeenFlow passive) = recording.AwaitClosed(connection.Listener);

        Assert.Equal((Hex(3), "ä"), (active.Task, active.Agent));
        Assert.Equal((Hex(2), "an agent whose name has 32 bytes"), (passive.Task, passive.Agent));
        SeenFlow established = recording.Flows.Single(flow => flow.Kind == FlowEventKind.Established && flow.Cookie == active.Cookie);
        Assert.Equal(Hex(1), established.Task);
    }

    [Fact]
    public void A_map_received_over_a_unix_socket_tags_as_well()
    {
        using Recording recording = Recording.Start();
        string path = Path.Combine(Path.GetTempPath(), $"nodebox-tags-{Environment.ProcessId}");
        using TagMapServer server = TagMapServer.Listen(path, recording.Probes.Tags);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Throws<IOException>(() => TagMapServer.Listen(path, recording.Probes.Tags));
        using TagMap received = TagMap.Receive(path);
        using Connection connection = Connection.Open(beforeConnect: client => Set(received, client, Tag(4, "driver")));

        SeenFlow opened = recording.Await(connection.Listener, FlowEventKind.Opened, 1).Single();

        Assert.NotEqual(recording.Probes.Tags.Fd, received.Fd);
        Assert.Equal((Hex(4), "driver"), (opened.Task, opened.Agent));
        Assert.Equal("driver", recording.Probes.Tags.Get((int)connection.Client.Handle).Agent);
        server.Dispose();
        Assert.False(File.Exists(path));
        Assert.Contains("start the node", Assert.Throws<ProbeUnavailableException>(() => TagMap.Receive(path)).Message);
    }

    [Fact]
    public void A_process_without_capabilities_tags_through_the_unix_socket()
    {
        using Recording recording = Recording.Start();
        Assert.SkipUnless(File.Exists("/usr/bin/python3") && File.Exists("/usr/bin/setpriv"), "needs python3 and setpriv");
        string path = Path.Combine(Path.GetTempPath(), $"nodebox-tags-child-{Environment.ProcessId}");
        using TagMapServer server = TagMapServer.Listen(path, recording.Probes.Tags);
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        IPEndPoint address = (IPEndPoint)listener.LocalEndPoint!;

        // Receives the descriptor, tags a socket by BPF_MAP_UPDATE_ELEM through it, and connects: the whole protocol, by a foreign peer.
        string script = $"""
            import socket, struct, ctypes
            peer = socket.socket(socket.AF_UNIX)
            peer.connect("{path}")
            _, fds, _, _ = socket.recv_fds(peer, 1, 1)
            flow = socket.socket()
            key = ctypes.c_int(flow.fileno())
            value = ctypes.create_string_buffer(bytes([5]) * 16 + bytes(16) + b"child", 64)
            attr = ctypes.create_string_buffer(struct.pack("=IIQQQ", fds[0], 0, ctypes.addressof(key), ctypes.addressof(value), 0))
            assert ctypes.CDLL(None, use_errno=True).syscall(321, 2, attr, 32) == 0, ctypes.get_errno()
            flow.connect(("127.0.0.1", {address.Port}))
            """;
        string[] command = ["--bounding-set=-all", "--inh-caps=-all", "/usr/bin/python3", "-c", script];
        using Process child = Process.Start("/usr/bin/setpriv", command);
        Assert.True(child.WaitForExit(Recording.Patience));
        Assert.Equal(0, child.ExitCode);

        SeenFlow opened = recording.Await(address, FlowEventKind.Opened, 1).Single();

        Assert.Equal((Hex(5), "child"), (opened.Task, opened.Agent));
        Assert.StartsWith("python3", opened.Comm);
    }

    [Fact]
    public void Tagging_what_is_no_open_socket_is_an_error_with_its_name()
    {
        using Recording recording = Recording.Start();
        TagMap tags = recording.Probes.Tags;
        using SafeFileHandle file = File.OpenHandle("/dev/null");

        BpfException notSocket = Assert.Throws<BpfException>(() => tags.Set((int)file.DangerousGetHandle(), default));
        BpfException notOpen = Assert.Throws<BpfException>(() => tags.Set(1_000_000, default));

        Assert.Equal((ENOTSOCK, EBADF), (notSocket.Errno, notOpen.Errno));
        Assert.StartsWith("BPF_MAP_UPDATE_ELEM: EBADF", notOpen.Message);
    }

    private static SocketTag Tag(byte task, string agent)
    {
        return new SocketTag([.. Enumerable.Repeat(task, 16)], new byte[8], SocketTagFlags.None, agent);
    }

    private static string Hex(byte task)
    {
        return string.Concat(Enumerable.Repeat($"{task:x2}", 16));
    }

    private static void Set(TagMap map, Socket socket, SocketTag tag)
    {
        map.Set((int)socket.Handle, tag);
    }
}
