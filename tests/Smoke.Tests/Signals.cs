using System.Runtime.InteropServices;

namespace NodeBox.Smoke.Tests;

/// <summary>kill(2).</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Abort = 6;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends <paramref name="signal"/> to one process.</summary>
    public static void Send(int pid, int signal)
    {
        Assert.True(pid > 1, $"{pid} is no process of a test");
        Assert.True(NativeKill(pid, signal) == 0, $"kill({pid}, {signal}) failed with errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Sends <paramref name="signal"/> to every process of the group, as a terminal does at Ctrl-C.</summary>
    public static void SendToGroup(int leader, int signal)
    {
        Assert.True(leader > 1, $"{leader} leads no group of a test");
        Assert.True(NativeKill(-leader, signal) == 0, $"kill(-{leader}, {signal}) failed with errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc.so.6", EntryPoint = "kill", SetLastError = true)]
    private static partial int NativeKill(int pid, int signal);
}
