namespace NodeBox;

/// <summary>What the process's exit status says. Scripts rely on these.</summary>
public static class ExitCodes
{
    /// <summary>Done, and everything that was asked succeeded.</summary>
    public const int Done = 0;

    /// <summary>It ran to the end, and a task, check or comparison failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a configuration file is wrong.</summary>
    public const int Usage = 2;

    /// <summary>This machine lacks something: a capability, a library, a free port, a file.</summary>
    public const int MachineLacks = 3;

    /// <summary>A run could not be completed; what was measured is kept.</summary>
    public const int Incomplete = 4;

    /// <summary>Ended by Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;
}
