namespace NodeBox.Lab;

/// <summary>How to run a program of one's own in a node of a lab.</summary>
public static class LabProcess
{
    /// <summary>A folder for what a lab's programs keep on disk. It goes when the lab is taken down.</summary>
    public static string StateFolder(string lab)
    {
        SpecRules.CheckName(lab);
        return Path.Combine(new LabFiles(lab).Directory, "state");
    }

    /// <summary>
    /// The command line that runs what follows it in the node's namespace, with its hosts file: <c>ip netns exec …</c>. It replaces itself,
    /// so that process id and exit code are the program's. Taking the lab down kills what still runs there.
    /// </summary>
    public static IReadOnlyList<string> ExecPrefix(string lab, string node)
    {
        SpecRules.CheckName(lab);
        string @namespace = Namespaces.Of(lab, node);
        return node != Namespaces.Switch && Namespaces.Existing(lab).Contains(@namespace)
            ? Namespaces.ExecPrefix(@namespace)
            : throw new LabException(LabFault.Configuration, $"lab {lab} has no node {node} that is up");
    }
}
