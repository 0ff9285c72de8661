using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Sys;

/// <summary>
/// Sends a descriptor to another process over a unix socket (unix(7), SCM_RIGHTS): the receiver gets its own descriptor of the same object.
/// One byte of data goes with it, as a stream carries no control message alone.
/// </summary>
internal static unsafe class FdPassing
{
    private const int SOL_SOCKET = 1;
    private const int SCM_RIGHTS = 1;
    private const int MSG_NOSIGNAL = 0x4000;
    private const int MSG_CMSG_CLOEXEC = 0x40000000;

    private static readonly nuint s_cmsgLen = (nuint)(sizeof(cmsg_fd) - sizeof(int));

    public static void Send(int socket, int fd)
    {
        byte data = 0;
        iovec vector = new() { iov_base = &data, iov_len = 1 };
        cmsg_fd control = new() { cmsg_len = s_cmsgLen, cmsg_level = SOL_SOCKET, cmsg_type = SCM_RIGHTS, fd = fd };
        msghdr message = Message(&vector, &control);
        if (Libc.sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
        {
            throw BpfException.Last("sendmsg of a descriptor");
        }
    }

    /// <returns>The descriptor, close-on-exec, or null if the peer closed without sending one.</returns>
    public static Fd? Receive(int socket)
    {
        byte data;
        iovec vector = new() { iov_base = &data, iov_len = 1 };
        cmsg_fd control = default;
        msghdr message = Message(&vector, &control);
        nint received;
        do
        {
            received = Libc.recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        }
        while (received < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        if (received < 0)
        {
            throw BpfException.Last("recvmsg of a descriptor");
        }

        bool carriesFd = control.cmsg_len == s_cmsgLen && control.cmsg_level == SOL_SOCKET && control.cmsg_type == SCM_RIGHTS;
        return carriesFd ? new Fd(control.fd) : null;
    }

    private static msghdr Message(iovec* vector, cmsg_fd* control)
    {
        return new msghdr
        {
            msg_iov = vector,
            msg_iovlen = 1,
            msg_control = control,
            msg_controllen = (nuint)sizeof(cmsg_fd),
        };
    }
}
