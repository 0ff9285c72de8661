using Microsoft.Win32.SafeHandles;

namespace NodeBox.Probes.Native.Sys;

/// <summary>
/// Owns a file descriptor and closes it once. Descriptors made by bpf(2) are close-on-exec.
/// </summary>
public sealed class Fd : SafeHandleMinusOneIsInvalid
{
    internal Fd(int fd)
        : base(ownsHandle: true)
    {
        SetHandle(fd);
    }

    /// <summary>The number, valid until this handle is disposed.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
