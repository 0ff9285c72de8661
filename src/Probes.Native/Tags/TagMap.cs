using System.Net.Sockets;
using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tags;

/// <summary>
/// The tags of sockets, kept by the kernel with each socket until it is freed. Programs read them at every event.
/// Writing needs the map's descriptor and no capability, but for kernels before 5.19, which refuse bpf(2) as a whole to processes without
/// CAP_BPF where kernel.unprivileged_bpf_disabled is set, as it mostly is. Safe to use from any thread.
/// </summary>
public sealed class TagMap : IDisposable
{
    private readonly Fd _map;

    internal TagMap(Fd map)
    {
        _map = map;
    }

    internal static MapSpec Spec => MapSpec.SocketStorage("nodebox_tags", Types());

    /// <summary>The map's descriptor, valid until this object is disposed.</summary>
    public int Fd => _map.Number;

    /// <summary>Takes over a descriptor that was inherited, and closes it when disposed.</summary>
    /// <exception cref="BpfException">It is not a map's.</exception>
    /// <exception cref="ArgumentException">It is another map's.</exception>
    public static TagMap FromFd(int fd) => FromFd(new Fd(fd));

    /// <summary>Asks the node that listens at a path (<see cref="TagMapServer"/>) for its tag map.</summary>
    /// <exception cref="ProbeUnavailableException">Nobody hands out a tag map there.</exception>
    /// <exception cref="BpfException">The kernel does not let this process use it.</exception>
    public static TagMap Receive(string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
        {
            throw new ProbeUnavailableException($"nobody hands out a tag map at {path} ({e.Message}): start the node with probes first", e);
        }

        Fd fd = FdPassing.Receive((int)socket.Handle)
            ?? throw new ProbeUnavailableException($"who listens at {path} sent no tag map: the path belongs to something else");
        return FromFd(fd);
    }

    /// <summary>Sets the tag of a socket, replacing an earlier one as a whole: no event sees half of each. About 2 µs.</summary>
    /// <param name="socketFd">An open socket; the caller keeps it open during the call.</param>
    /// <param name="tag">What the socket does from now on.</param>
    /// <exception cref="BpfException">EBADF or ENOTSOCK: not an open socket.</exception>
    public unsafe void Set(int socketFd, in SocketTag tag)
    {
        fixed (SocketTag* value = &tag)
        {
            Bpf.MapUpdate(_map.Number, &socketFd, value);
        }
    }

    /// <summary>The tag of a socket.</summary>
    /// <exception cref="BpfException">ENOENT: the socket has none; EBADF or ENOTSOCK: not an open socket.</exception>
    public unsafe SocketTag Get(int socketFd)
    {
        SocketTag tag = default;
        Bpf.MapLookup(_map.Number, &socketFd, &tag);
        return tag;
    }

    /// <summary>Closes the descriptor; the map lives on while programs use it.</summary>
    public void Dispose() => _map.Dispose();

    private static TagMap FromFd(Fd fd)
    {
        try
        {
            bpf_map_info info = Bpf.MapInfo(fd.Number);
            return info.type == bpf_map_type.BPF_MAP_TYPE_SK_STORAGE && info.value_size == SocketTag.Size
                ? new TagMap(fd)
                : throw new ArgumentException($"a map of type {info.type} with values of {info.value_size} bytes is not a tag map");
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    private static MapTypes Types()
    {
        BtfBuilder types = new();
        int key = types.Int("int", 4, signed: true);
        int u8 = types.Int("__u8", 1, signed: false);
        int u32 = types.Int("__u32", 4, signed: false);
        int task = types.Array(u8, u32, 16);
        int span = types.Array(u8, u32, 8);
        int agent = types.Array(u8, u32, 32);
        int tag = types.Struct(
            "nodebox_tag",
            SocketTag.Size,
            ("task_id", task, 0),
            ("span_id", span, 16),
            ("flags", u32, 24),
            ("reserved", u32, 28),
            ("agent", agent, 32));
        return new MapTypes(types.Build(), key, tag, SocketTag.Size);
    }
}
