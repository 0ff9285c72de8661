using System.Runtime.InteropServices;

namespace NodeBox.Benchmarks;

/// <summary>What .NET has no call for.</summary>
internal static partial class Libc
{
    public const int SIGINT = 2;
    public const int SIGTERM = 15;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);
}
