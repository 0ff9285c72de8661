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
    public static string Of(string? asked, Testbed testbed, string node)
    {
        string root = asked ?? Environment.GetEnvironmentVariable(Variable) ?? Default();
        return Path.Combine(root, testbed.Name, node);
    }

    private static string Default()
    {
        if (Environment.IsPrivilegedProcess)
        {
            return "/var/lib/nodebox";
        }

        string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "nodebox");
    }
}
