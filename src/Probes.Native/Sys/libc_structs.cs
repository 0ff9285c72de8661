namespace NodeBox.Probes.Native.Sys;

/// <summary>sys/uio.h.</summary>
internal unsafe struct iovec
{
    public void* iov_base;
    public nuint iov_len;
}

/// <summary>sys/socket.h, on 64-bit Linux.</summary>
internal unsafe struct msghdr
{
    public void* msg_name;
    public uint msg_namelen;
    public iovec* msg_iov;
    public nuint msg_iovlen;
    public void* msg_control;
    public nuint msg_controllen;
    public int msg_flags;
}

/// <summary>sys/socket.h: a control message that carries one file descriptor, with the padding of CMSG_SPACE.</summary>
internal struct cmsg_fd
{
    public nuint cmsg_len;
    public int cmsg_level;
    public int cmsg_type;
    public int fd;
    public int padding;
}
