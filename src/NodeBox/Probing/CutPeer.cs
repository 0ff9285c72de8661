using System.Net.Sockets;
using NodeBox.Telemetry.Http;

namespace NodeBox.Probing;

/// <summary>A process that sends its cuts to this node.</summary>
internal sealed class CutPeer : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * CutMessage.Size];
    private readonly Socket _socket;
    private int _filled;

    public CutPeer(Socket socket)
    {
        _socket = socket;
        _socket.Blocking = false;
    }

    /// <summary>Whether it has said that no more cuts come.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>What was wrong with what it sent, or null.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Lets it begin. Who does not take one byte is about to be disconnected anyway.</summary>
    public void Welcome() => _socket.Send([0], SocketFlags.None, out _);

    /// <summary>Hands over what has come. False when nothing more will.</summary>
    public bool Drain(CutHandler take)
    {
        while (true)
        {
            int received = _socket.Receive(_buffer.AsSpan(_filled), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success || received == 0)
            {
                return false;
            }

            _filled += received;
            if (!Read(take))
            {
                return false;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool Read(CutHandler take)
    {
        int read = 0;
        for (; _filled - read >= CutMessage.Size; read += CutMessage.Size)
        {
            if (!CutMessage.TryRead(_buffer.AsSpan(read, CutMessage.Size), out SliceCut cut))
            {
                Complaint = "it sent something else";
                return false;
            }

            HasEnded = cut.Cookie == 0;
            if (HasEnded)
            {
                return false;
            }

            take(in cut, this);
        }

        _buffer.AsSpan(read, _filled - read).CopyTo(_buffer);
        _filled -= read;
        return true;
    }
}
