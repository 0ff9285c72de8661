using NodeBox.Lab;

namespace NodeBox.Configuration;

/// <summary>The lab of a testbed: each node of roles.toml as a namespace that runs this same binary.</summary>
public static class LabSpecs
{
    /// <summary>Makes a node, or a run, record packets whatever roles.toml says.</summary>
    public const string PacketsOption = "--packets";

    /// <summary>Makes a node, or a run, use other topologies than roles.toml says.</summary>
    public const string BackendsOption = "--backends";

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

    /// <summary>The option that gives another process the same topologies.</summary>
    public static string[] BackendsArguments(Testbed testbed) =>
        testbed.ReplacedBackends is null ? [] : [BackendsOption, string.Join(',', testbed.Backends)];

    private static string[] CommandOf(Testbed testbed, TestbedNode node, string state) =>
    [
        Program, "--role", node.Role, "--node", node.Name, "--config", Path.GetFullPath(testbed.File), "--state", state,
        .. BackendsArguments(testbed),
        .. testbed.Probes.Packets ? [PacketsOption] : Array.Empty<string>(),
    ];
}
