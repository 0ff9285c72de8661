using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NodeBox.Kernel.Tests;

/// <summary>
/// Runs code in a thread with a network namespace of its own, in which nobody else's traffic is. It ends with the thread and its sockets.
/// </summary>
internal static partial class QuietNamespace
{
    private const int CLONE_NEWNET = 0x40000000;

    public static void Run(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Enter();
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static void Enter()
    {
        if (unshare(CLONE_NEWNET) != 0)
        {
            Assert.Skip($"needs CAP_SYS_ADMIN for a network namespace: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        // A child is forked from this thread and so is in its namespace.
        using Process ip = Process.Start("ip", ["link", "set", "lo", "up"]);
        ip.WaitForExit();
        Assert.Equal(0, ip.ExitCode);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);
}
