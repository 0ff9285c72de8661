using System.Buffers.Binary;
using System.Net.Sockets;

namespace NodeBox.Telemetry.Http;

/// <summary>What the kernel says of one TCP socket at one instant (TCP_INFO): the counters from which boundaries are made.</summary>
/// <param name="Received">Payload bytes received in order.</param>
/// <param name="DataSegsIn">Segments with payload that arrived, duplicates included.</param>
/// <param name="Sent">
/// Payload bytes handed to the kernel, each counted once; null on kernels before 4.19, which do not say. More than that where the sender's
/// own queue dropped segments: the kernel counts those again when it sends them anew.
/// </param>
/// <param name="NotSent">How many of them were never sent yet.</param>
/// <param name="SegsOut">
/// Data segments sent less all retransmitted ones, modulo 2^32. Only differences mean something: a retransmitted SYN counts among the
/// latter alone.
/// </param>
internal readonly record struct TcpInfo(long Received, uint DataSegsIn, long? Sent, uint NotSent, uint SegsOut)
{
    // socket(7), tcp(7) and linux/tcp.h.
    private const int SolSocket = 1;
    private const int SoCookie = 57;
    private const int SolTcp = 6;
    private const int TcpInfoOption = 11;

    // What has grown behind this is of no use here.
    private const int KnownLength = 216;

    // Up to tcpi_data_segs_out, which Linux 4.6 has.
    private const int LeastLength = 160;

    // States of include/net/tcp_states.h in which the other end's FIN was received, which counts as a byte.
    private const byte CloseWait = 8;
    private const byte LastAck = 9;
    private const byte Closing = 11;

    /// <exception cref="NotSupportedException">The socket is no TCP socket, or this is not Linux 4.6 or later.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static TcpInfo Read(Socket socket)
    {
        Span<byte> bytes = stackalloc byte[KnownLength];
        int length = Option(socket, SolTcp, TcpInfoOption, "TCP_INFO", bytes);
        return Parse(bytes[..length]);
    }

    /// <summary>The kernel's number of the socket, which no other socket since the machine's start has had.</summary>
    /// <exception cref="NotSupportedException">This is not Linux 4.12 or later.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static ulong CookieOf(Socket socket)
    {
        Span<byte> cookie = stackalloc byte[sizeof(ulong)];
        Option(socket, SolSocket, SoCookie, "SO_COOKIE", cookie);
        return BinaryPrimitives.ReadUInt64LittleEndian(cookie);
    }

    /// <summary>Reads struct tcp_info, of which older kernels have a shorter one.</summary>
    /// <exception cref="NotSupportedException">It is too short to count segments.</exception>
    public static TcpInfo Parse(ReadOnlySpan<byte> info)
    {
        if (info.Length < LeastLength)
        {
            throw new NotSupportedException($"the kernel's TCP_INFO has {info.Length} bytes; slices need those of Linux 4.6 or later");
        }

        bool hasFin = info[0] is CloseWait or LastAck or Closing;
        uint retransmitted = UInt32(info, 100);
        long received = Int64(info, 128) - (hasFin ? 1 : 0);
        uint notSent = UInt32(info, 144);
        uint segsIn = UInt32(info, 152);
        uint segsOut = unchecked(UInt32(info, 156) - retransmitted);
        long? sent = info.Length < KnownLength ? null : Int64(info, 200) - Int64(info, 208) + notSent;
        return new TcpInfo(received, segsIn, sent, notSent, segsOut);
    }

    private static int Option(Socket socket, int level, int option, string name, Span<byte> value)
    {
        try
        {
            return OperatingSystem.IsLinux()
                ? socket.GetRawSocketOption(level, option, value)
                : throw new PlatformNotSupportedException($"{name} is read on Linux only");
        }
        catch (SocketException e)
        {
            string what = $"{socket.AddressFamily} {socket.SocketType} {socket.ProtocolType}";
            throw new NotSupportedException(
                $"getsockopt({name}) on a socket that is {what}: {e.Message}; slices are made of TCP connections", e);
        }
    }

    private static uint UInt32(ReadOnlySpan<byte> info, int at) => BinaryPrimitives.ReadUInt32LittleEndian(info[at..]);

    private static long Int64(ReadOnlySpan<byte> info, int at) => BinaryPrimitives.ReadInt64LittleEndian(info[at..]);
}
