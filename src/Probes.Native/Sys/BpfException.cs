using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Sys;

/// <summary>A system call of the probes failed. The message names the call, what it was for, and errno.</summary>
public class BpfException : Exception
{
    public BpfException(string call, int errno, string? detail = null)
        : base($"{call}: {Sys.Errno.Name(errno)} ({Marshal.GetPInvokeErrorMessage(errno)}){(detail is null ? "" : $"\n{detail}")}")
    {
        Call = call;
        Errno = errno;
    }

    /// <summary>The call and its object, as in <c>BPF_MAP_CREATE nodebox_tags</c>.</summary>
    public string Call { get; }

    /// <summary>The errno of the call.</summary>
    public int Errno { get; }

    /// <summary>The exception for a call that has just failed in this thread.</summary>
    internal static BpfException Last(string call) => new BpfException(call, Marshal.GetLastPInvokeError());
}
