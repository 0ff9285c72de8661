using NodeBox.Lab;

namespace NodeBox.Configuration;

/// <summary>The lab of a testbed: each node of roles.toml as a namespace that runs this same binary.</summary>
public static class LabSpecs
{
    /// <summary>This program, for starting more of it.</summary>
    public static string Program => Environment.ProcessPath
        ?? throw new NodeBoxException(ExitCodes.MachineLacks, "cannot tell the path of this program: is /proc mounted?");

    /// <param name="testbed">The configuration.</param>
    /// <param name="lifetime">What ends the lab.</param>
    public static LabSpec Of(Testbed testbed, LabLifetime lifetime)
    {
        string state = LabProcess.StateFolder(testbed.Name);
        IEnumerable<LabNode> nodes = testbed.Nodes.Select(
            node => new LabNode(node.Name, node.Address.ToString(), CommandOf(testbed, node, state)));
        return new LabSpec(testbed.Name, [.. nodes]) { Lifetime = lifetime };
    }

    private static string[] CommandOf(Testbed testbed, TestbedNode node, string state) =>
        [Program, "--role", node.Role, "--node", node.Name, "--config", Path.GetFullPath(testbed.File), "--state", state];
}
