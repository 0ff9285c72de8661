namespace NodeBox.Roles.Llm.Engines;

/// <summary>The end of a model's process.</summary>
/// <param name="How">For clients, such as "its process 17 was ended by SIGABRT".</param>
/// <param name="LastWords">What it last wrote to stderr: for the log, not for clients.</param>
internal sealed record EngineEnd(string How, IReadOnlyList<string> LastWords)
{
    // .NET reports a process that a signal ended as shells do.
    private const int SignalBase = 128;

    public override string ToString() => LastWords.Count == 0 ? How : $"{How}; it last said: {string.Join(" | ", LastWords)}";

    /// <summary>What an exit code says: "was ended by SIGABRT" or "exited with 3".</summary>
    public static string Describe(int exitCode) => (exitCode - SignalBase) switch
    {
        4 => "was ended by SIGILL",
        6 => "was ended by SIGABRT",
        7 => "was ended by SIGBUS",
        8 => "was ended by SIGFPE",
        9 => "was ended by SIGKILL",
        11 => "was ended by SIGSEGV",
        15 => "was ended by SIGTERM",
        > 0 and < 65 => $"was ended by signal {exitCode - SignalBase}",
        _ => $"exited with {exitCode}",
    };
}
