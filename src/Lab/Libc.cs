using System.Runtime.InteropServices;

namespace NodeBox.Lab;

/// <summary>The system calls that the base library does not offer.</summary>
internal static partial class Libc
{
    internal const int SigTerm = 15;
    internal const int SigKill = 9;

    private const int ExecuteOk = 1;
    private const uint CloseRangeCloexec = 4;

    /// <summary>Sends a signal. False when the process is gone or not ours to signal.</summary>
    internal static bool Kill(int pid, int signal)
    {
        // kill(2) takes 0 and negative numbers for groups of processes, the caller's own among them.
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pid);
        return NativeKill(pid, signal) == 0;
    }

    internal static bool MayExecute(string path) => NativeAccess(path, ExecuteOk) == 0;

    /// <summary>
    /// Marks every descriptor above standard error close-on-exec, so that a lab does not hold open what this process was given
    /// (a CI runner's pipe, a lock). Linux 5.11 or later; on older kernels nothing changes.
    /// </summary>
    internal static void KeepDescriptorsFromChildren() => _ = NativeCloseRange(3, uint.MaxValue, CloseRangeCloexec);

    [LibraryImport("libc.so.6", EntryPoint = "kill")]
    private static partial int NativeKill(int pid, int signal);

    [LibraryImport("libc.so.6", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeAccess(string path, int mode);

    [LibraryImport("libc.so.6", EntryPoint = "close_range")]
    private static partial int NativeCloseRange(uint first, uint last, uint flags);
}
