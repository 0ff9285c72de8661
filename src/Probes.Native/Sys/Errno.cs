namespace NodeBox.Probes.Native.Sys;

/// <summary>Error numbers of asm-generic/errno.h that the probes meet, and their names.</summary>
internal static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int E2BIG = 7;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EINVAL = 22;
    public const int EPIPE = 32;
    public const int ECONNABORTED = 103;
    public const int ECONNRESET = 104;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;

    public static string Name(int errno)
    {
        return errno switch
        {
            EPERM => "EPERM",
            ENOENT => "ENOENT",
            EINTR => "EINTR",
            E2BIG => "E2BIG",
            9 => "EBADF",
            EAGAIN => "EAGAIN",
            12 => "ENOMEM",
            EACCES => "EACCES",
            14 => "EFAULT",
            16 => "EBUSY",
            17 => "EEXIST",
            EINVAL => "EINVAL",
            23 => "ENFILE",
            24 => "EMFILE",
            28 => "ENOSPC",
            EPIPE => "EPIPE",
            38 => "ENOSYS",
            71 => "EPROTO",
            88 => "ENOTSOCK",
            92 => "ENOPROTOOPT",
            95 => "EOPNOTSUPP",
            101 => "ENETUNREACH",
            ECONNABORTED => "ECONNABORTED",
            ECONNRESET => "ECONNRESET",
            ETIMEDOUT => "ETIMEDOUT",
            ECONNREFUSED => "ECONNREFUSED",
            112 => "EHOSTDOWN",
            113 => "EHOSTUNREACH",
            524 => "ENOTSUPP",
            _ => $"errno {errno}",
        };
    }
}
