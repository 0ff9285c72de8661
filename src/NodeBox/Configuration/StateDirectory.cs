namespace NodeBox.Configuration;

/// <summary>Where a node keeps what must survive its process: the spool and the collector's database.</summary>
public static class StateDirectory
{
    /// <summary>Set by systemd for a service, and by a lab for what runs in it.</summary>
    public const string Variable = "STATE_DIRECTORY";

    /// <summary>
    /// <paramref name="asked"/>, else systemd's STATE_DIRECTORY, else /var/lib/nodebox for root and the XDG state directory for others;
    /// then the testbed's and the node's own folder.
    /// </summary>
    /// <exception cref="NodeBoxException">None of them is known.</exception>
    public static string Of(string? asked, Testbed testbed, string node) =>
        Path.Combine(asked ?? ValueOf(Variable) ?? Default(Environment.IsPrivilegedProcess), testbed.Name, node);

    /// <summary>Where state lies if nobody says where.</summary>
    internal static string Default(bool isPrivileged)
    {
        if (isPrivileged)
        {
            return "/var/lib/nodebox";
        }

        // The XDG Base Directory Specification has relative paths ignored.
        string? state = ValueOf("XDG_STATE_HOME") is { } xdg && Path.IsPathRooted(xdg) ? xdg : null;
        state ??= ValueOf("HOME") is { } home ? Path.Combine(home, ".local", "state") : null;
        return state is not null
            ? Path.Combine(state, "nodebox")
            : throw new NodeBoxException(ExitCodes.Usage, "cannot tell where to keep state, as HOME is not set: say where with --state.");
    }

    // An empty variable counts as one that is not set.
    private static string? ValueOf(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
