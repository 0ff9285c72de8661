using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Sys;

/// <summary>One request to NETLINK_SOCK_DIAG and its answers (netlink(7), sock_diag(7)).</summary>
internal static unsafe class Netlink
{
    /// <summary>Takes the body of one answer, valid during the call only.</summary>
    public delegate void Answer(ReadOnlySpan<byte> body);

    private const int AF_NETLINK = 16;
    private const int SOCK_RAW = 3;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int NETLINK_SOCK_DIAG = 4;
    private const ushort NLMSG_ERROR = 2;
    private const ushort NLMSG_DONE = 3;
    private const int BufferSize = 1 << 16;

    /// <param name="request">The request with its header.</param>
    /// <exception cref="BpfException">The kernel refused it.</exception>
    public static void Dump(ReadOnlySpan<byte> request, Answer onAnswer)
    {
        int number = Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
        if (number < 0)
        {
            throw BpfException.Last("socket NETLINK_SOCK_DIAG");
        }

        using Fd socket = new(number);
        fixed (byte* data = request)
        {
            if (Libc.send(socket.Number, data, (nuint)request.Length, 0) < 0)
            {
                throw BpfException.Last("send to NETLINK_SOCK_DIAG");
            }
        }

        byte[] buffer = new byte[BufferSize];
        while (!Parse(Receive(socket, buffer), onAnswer))
        {
        }
    }

    /// <summary>Hands over the messages of one datagram.</summary>
    /// <returns>True when the last one was there.</returns>
    public static bool Parse(ReadOnlySpan<byte> datagram, Answer onAnswer)
    {
        while (datagram.Length >= sizeof(nlmsghdr))
        {
            nlmsghdr header = MemoryMarshal.Read<nlmsghdr>(datagram);
            if (header.nlmsg_len < sizeof(nlmsghdr) || header.nlmsg_len > datagram.Length)
            {
                throw new InvalidDataException($"a netlink message of {header.nlmsg_len} bytes in {datagram.Length}");
            }

            ReadOnlySpan<byte> body = datagram[sizeof(nlmsghdr)..(int)header.nlmsg_len];
            if (header.nlmsg_type is NLMSG_DONE or NLMSG_ERROR)
            {
                int error = body.Length >= sizeof(int) ? -MemoryMarshal.Read<int>(body) : 0;
                return error <= 0 ? true : throw new BpfException("dump by NETLINK_SOCK_DIAG", error);
            }

            onAnswer(body);
            datagram = datagram[Math.Min(Align((int)header.nlmsg_len), datagram.Length)..];
        }

        return false;
    }

    /// <summary>Messages and attributes begin at multiples of 4.</summary>
    public static int Align(int length) => (length + 3) & ~3;

    private static ReadOnlySpan<byte> Receive(Fd socket, byte[] buffer)
    {
        fixed (byte* data = buffer)
        {
            while (true)
            {
                nint received = Libc.recv(socket.Number, data, (nuint)buffer.Length, 0);
                if (received > 0)
                {
                    return buffer.AsSpan(0, (int)received);
                }

                if (received == 0 || Marshal.GetLastPInvokeError() != Errno.EINTR)
                {
                    throw BpfException.Last("recv from NETLINK_SOCK_DIAG");
                }
            }
        }
    }
}
