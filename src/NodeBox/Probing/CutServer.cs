using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NodeBox.Telemetry.Http;

namespace NodeBox.Probing;

/// <summary>Takes a cut and who made it.</summary>
internal delegate void CutHandler(in SliceCut cut, object source);

/// <summary>
/// Takes the cuts that other processes of the same user make on this node's flows, at a unix socket. Whoever sends something else is
/// disconnected. Its reader is whoever drains it. Disposing removes the path.
/// </summary>
internal sealed class CutServer : IDisposable
{
    // A node has one driver, and for a moment the one before it.
    private const int MaxPeers = 8;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Socket _listener;
    private readonly string _path;
    private readonly ILogger _log;
    private readonly List<CutPeer> _peers = [];

    private CutServer(Socket listener, string path, ILogger log) => (_listener, _path, _log) = (listener, path, log);

    /// <param name="path">At most 107 bytes of UTF-8; what is there is replaced.</param>
    /// <param name="log">Where garbage is reported.</param>
    /// <exception cref="IOException">The path cannot be listened on.</exception>
    public static CutServer Listen(string path, ILogger log)
    {
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // The tag socket beside it, which is opened before, has made sure that no other node serves this folder.
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));

            // Nobody can connect before listen(2).
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, OwnerOnly);
            }

            listener.Listen(MaxPeers);
            return new CutServer(listener, path, log);
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
        {
            listener.Dispose();
            throw new IOException($"cannot take cuts at {path}: {e.Message}", e);
        }
    }

    /// <summary>Lets in who has connected since the last time. Never waits.</summary>
    public void Accept()
    {
        while (_listener.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            try
            {
                CutPeer peer = new(_listener.Accept());
                if (_peers.Count < MaxPeers)
                {
                    peer.Welcome();
                    _peers.Add(peer);
                }
                else
                {
                    peer.Dispose();
                }
            }
            catch (SocketException e)
            {
                _log.LogWarning("a process could not connect to {Path}: {Reason}", _path, e.Message);
                return;
            }
        }
    }

    /// <summary>Hands over all cuts that have been sent so far. Never waits.</summary>
    /// <param name="take">Takes the cuts.</param>
    /// <param name="lost">Is told whose further cuts, if they make any, do not come.</param>
    public void Drain(CutHandler take, Action<object> lost)
    {
        for (int i = _peers.Count - 1; i >= 0; i--)
        {
            CutPeer peer = _peers[i];
            if (peer.Drain(take))
            {
                continue;
            }

            if (peer.Complaint is { } complaint)
            {
                _log.LogWarning("a process that sends cuts to {Path} was disconnected: {Reason}", _path, complaint);
            }

            if (!peer.HasEnded)
            {
                lost(peer);
            }

            peer.Dispose();
            _peers.RemoveAt(i);
        }
    }

    public void Dispose()
    {
        _peers.ForEach(static peer => peer.Dispose());
        _listener.Dispose();
        File.Delete(_path);
    }
}
