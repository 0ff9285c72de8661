namespace NodeBox.Configuration;

/// <summary>Which of the testbed's nodes this process is.</summary>
public static class NodeSelection
{
    /// <summary><c>--config</c>, else ./roles.toml, else /etc/nodebox/roles.toml.</summary>
    /// <exception cref="NodeBoxException">None of them exists.</exception>
    public static string FindConfig(string? asked)
    {
        string[] candidates = asked is not null ? [asked] : ["roles.toml", "/etc/nodebox/roles.toml"];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw Unfit($"no configuration at {string.Join(" or ", candidates)}: write one, or name it with --config.");
    }

    /// <summary>
    /// <paramref name="name"/>, else the only node with the role expression <paramref name="role"/>, else the node named as this host.
    /// </summary>
    /// <exception cref="NodeBoxException">No node fits, several do, or name and role disagree.</exception>
    public static TestbedNode Choose(Testbed testbed, string? role, string? name, string hostName)
    {
        TestbedNode node = name is null && role is not null
            ? ByRole(testbed, role, hostName)
            : ByName(testbed, name ?? hostName, asked: name is not null);
        if (role is not null && node.Role != role)
        {
            throw Unfit(
                $"--role {role} disagrees with {testbed.File}, where node {node.Name} has role {node.Role}: "
                + "change one of them, or name another node with --node.");
        }

        return node;
    }

    private static TestbedNode ByName(Testbed testbed, string name, bool asked)
    {
        string whose = asked ? "" : " (this host's name)";
        return testbed.Nodes.FirstOrDefault(node => node.Name == name)
            ?? throw Unfit($"{testbed.File} has no node {name}{whose}: use --node with one of {Names(testbed.Nodes)}.");
    }

    private static TestbedNode ByRole(Testbed testbed, string role, string hostName)
    {
        TestbedNode[] fitting = [.. testbed.Nodes.Where(node => node.Role == role)];
        string roles = string.Join(", ", testbed.Nodes.Select(static node => node.Role).Distinct());
        return fitting switch
        {
            [] => throw Unfit($"{testbed.File} has no node with role {role}: its roles are {roles}."),
            [var only] => only,
            _ => fitting.FirstOrDefault(node => node.Name == hostName)
                ?? throw Unfit($"{testbed.File} has several nodes with role {role} ({Names(fitting)}): say which with --node."),
        };
    }

    private static string Names(IEnumerable<TestbedNode> nodes) => string.Join(", ", nodes.Select(static node => node.Name));

    private static NodeBoxException Unfit(string message) => new(ExitCodes.Usage, message);
}
