namespace NodeBox.Lab;

/// <summary>The environment variables by which a lab speaks with the program of a node.</summary>
public static class NodeEnvironment
{
    /// <summary>Path of a file that the program creates once its services listen.</summary>
    public const string ReadyFile = "NODEBOX_READY_FILE";

    /// <summary>
    /// "1": the program exits when its standard input ends. The supervisor holds the other end and never writes to it, so that a kill of
    /// the supervisor, which nobody can catch, ends the nodes too.
    /// </summary>
    public const string ExitWithStdin = "NODEBOX_EXIT_WITH_STDIN";
}
