namespace NodeBox;

/// <summary>Ends the process with one message for people, on stderr, that says what failed and what to do, and an exit code.</summary>
public sealed class NodeBoxException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
