namespace NodeBox.Lab;

/// <summary>Exit codes in words.</summary>
internal static class ExitCause
{
    /// <summary>
    /// .NET, like a shell, gives 128 + n for a program that signal n ended. A program that itself exits with such a code cannot be told
    /// apart.
    /// </summary>
    internal static string Explain(int exitCode) => exitCode is > 128 and < 193
        ? $"was ended by signal {exitCode - 128}{NameOf(exitCode - 128)}"
        : $"exited with code {exitCode}";

    private static string NameOf(int signal) => signal switch
    {
        4 => " (SIGILL)",
        6 => " (SIGABRT: it called abort)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL: by hand, or for lack of memory)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    };
}
