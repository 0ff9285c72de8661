using System.Net;
using NodeBox.Configuration;
using NodeBox.Toml;

namespace NodeBox.Tests.Configuration;

/// <summary>Testbeds for tests that are not about reading them.</summary>
internal static class Testbeds
{
    /// <summary>Nodes 10.77.0.1, 10.77.0.2 and so on with default settings; the last is the collector.</summary>
    public static Testbed Of(params (string Name, string Role)[] nodes)
    {
        IEnumerable<TestbedNode> all = nodes.Select(static (node, i) =>
        {
            var address = new IPAddress([10, 77, 0, (byte)(i + 1)]);
            return new TestbedNode(node.Name, address, node.Role, new RoleSettings());
        });
        return new Testbed("roles.toml", "lab", ["shared"], all.Last(), [.. all]);
    }

    /// <summary>The testbed that comes with nodebox.</summary>
    public static Testbed Shipped() => TestbedReader.Load(Path.Combine(Repository.Root, "roles.toml"));

    /// <summary>One node with all roles, at an address.</summary>
    public static Testbed AllInOne(string address) => TestbedReader.Read(TomlDocument.Parse(
        $"""
        [testbed]
        name = "lab"
        collector = "n1"
        insecure = true
        [nodes.n1]
        address = "{address}"
        role = "agent-a+agent-b+tools+baseline+llm+collector"
        llm.model = "m.gguf"
        """,
        "roles.toml"));
}
