using System.Net.Sockets;
using System.Text;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tags;

/// <summary>
/// Hands a duplicate of a tag map's descriptor to every process of the same user that connects to a unix socket, so that programs
/// without capabilities can tag their own sockets (<see cref="TagMap.Receive"/>). Disposing stops it and removes the path.
/// </summary>
public sealed class TagMapServer : IDisposable
{
    private const uint OwnerOnly = 0x180; // 0600

    // sun_path of unix(7) holds 108 bytes with the NUL at its end.
    private const int LongestPath = 107;

    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly string _path;
    private readonly TagMap _map;
    private readonly Task _accepting;

    private TagMapServer(Socket listener, string path, TagMap map)
    {
        _listener = listener;
        _path = path;
        _map = map;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <param name="path">At most 107 bytes of UTF-8; a socket that a killed process left there is replaced.</param>
    /// <param name="map">Stays the caller's, who keeps it until this server is disposed.</param>
    /// <exception cref="IOException">The path cannot be listened on, or somebody does.</exception>
    public static TagMapServer Listen(string path, TagMap map)
    {
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            throw new IOException(
                $"cannot hand out tags at {path}: a unix socket's path has at most {LongestPath} bytes; choose a shorter state directory");
        }

        RemoveStale(path);
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // The mode of the socket before bind becomes the path's (net/unix/af_unix.c, unix_bind_bsd): there is no instant at which
            // others can connect.
            if (Libc.fchmod((int)listener.Handle, OwnerOnly) < 0)
            {
                throw BpfException.Last($"fchmod of the socket for {path}");
            }

            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new IOException($"cannot hand out tags at {path}: {e.Message}", e);
        }

        return new TagMapServer(listener, path, map);
    }

    /// <summary>Stops accepting and removes the path.</summary>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _stop.Cancel();
        _accepting.Wait();
        _listener.Dispose();
        File.Delete(_path);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using Socket peer = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                FdPassing.Send((int)peer.Handle, _map.Fd);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or BpfException)
            {
                // The peer went away before it was served, so nobody is left to tell; or descriptors ran out, which waiting may cure.
                await Task.Delay(s_retry).ConfigureAwait(false);
            }
        }
    }

    private static void RemoveStale(string path)
    {
        // A socket's length is 0. Connecting to a file that is none is refused as well, and its content is not ours to delete.
        if (!File.Exists(path) || new FileInfo(path).Length != 0)
        {
            return;
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new IOException($"another process already hands out tags at {path}");
    }
}
