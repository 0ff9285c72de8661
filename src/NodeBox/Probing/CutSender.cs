using System.Net.Sockets;
using NodeBox.Telemetry.Http;

namespace NodeBox.Probing;

/// <summary>
/// Sends a process's cuts to the node that measures its flows. A cut is with the node's kernel when <see cref="Send"/> returns, before any
/// byte behind it is sent. Thread-safe.
/// </summary>
internal sealed class CutSender : IDisposable
{
    // The node reads every 20 ms. One that does not for so long is not worth stopping every call for.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly byte[] _message = new byte[CutMessage.Size];
    private readonly Socket _socket;
    private readonly Action<string> _report;
    private bool _isBroken;

    private CutSender(Socket socket, Action<string> report) => (_socket, _report) = (socket, report);

    /// <param name="path">Where the node listens (<see cref="CutServer"/>).</param>
    /// <param name="report">Is told, once, why further cuts are lost.</param>
    /// <exception cref="IOException">No node takes cuts there.</exception>
    public static CutSender Connect(string path, Action<string> report)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            SendTimeout = (int)s_patience.TotalMilliseconds,
            ReceiveTimeout = (int)s_patience.TotalMilliseconds,
        };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            if (socket.Receive(new byte[1]) == 1)
            {
                return new CutSender(socket, report);
            }

            throw new IOException($"the node at {path} takes no cuts: it has enough senders");
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException or IOException)
        {
            socket.Dispose();
            throw e as IOException ?? new IOException($"no node takes cuts at {path}: {e.Message}", e);
        }
    }

    /// <summary>Sends one cut. After a failure it does nothing: the node sees the disconnection and says that cuts are lost.</summary>
    public void Send(in SliceCut cut)
    {
        lock (_gate)
        {
            if (_isBroken)
            {
                return;
            }

            CutMessage.Write(in cut, _message);
            for (int sent = 0; sent < _message.Length;)
            {
                sent += _socket.Send(_message.AsSpan(sent), SocketFlags.None, out SocketError error);
                if (error != SocketError.Success)
                {
                    _isBroken = true;
                    _socket.Dispose();
                    _report($"its node no longer takes cuts ({error}): what connections carry from now on is not told apart by call");
                    return;
                }
            }
        }
    }

    /// <summary>Says that no more cuts come.</summary>
    public void Dispose()
    {
        Send(default);
        lock (_gate)
        {
            _isBroken = true;
            _socket.Dispose();
        }
    }
}
