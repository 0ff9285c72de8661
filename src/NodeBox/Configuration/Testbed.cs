using System.Net;

namespace NodeBox.Configuration;

/// <summary>All nodes that one roles.toml describes, with every setting resolved.</summary>
/// <param name="File">The file it was read from.</param>
/// <param name="Name">The testbed's name; the lab's, too.</param>
/// <param name="Backends">
/// Where agents find their LLM: one of <see cref="Telemetry.Http.Backends"/>, or both where a run compares them.
/// </param>
/// <param name="CollectorNode">The node that peers push to.</param>
/// <param name="Nodes">In the file's order.</param>
public sealed record Testbed(
    string File, string Name, IReadOnlyList<string> Backends, TestbedNode CollectorNode, IReadOnlyList<TestbedNode> Nodes)
{
    /// <summary>The file's backends, if others were asked for; null if not.</summary>
    public string? ReplacedBackends { get; init; }

    /// <summary>What the nodes' probes measure.</summary>
    public ProbeSettings Probes { get; init; } = new();

    /// <summary>The first node that has <paramref name="role"/>, or null.</summary>
    public TestbedNode? NodeWith(string role) => Nodes.FirstOrDefault(node => node.Has(role));
}

/// <param name="Name">The node's name.</param>
/// <param name="Address">Where its services listen.</param>
/// <param name="Role">The role expression as written, for example "agent-b+tools".</param>
/// <param name="Settings">The settings of each of its roles.</param>
public sealed record TestbedNode(string Name, IPAddress Address, string Role, RoleSettings Settings)
{
    public IReadOnlyList<string> Roles { get; } = Role.Split('+');

    public bool Has(string role) => Roles.Contains(role);

    /// <summary>A service of this node, as the other nodes reach it.</summary>
    public Uri UrlOf(int port) => new UriBuilder(Uri.UriSchemeHttp, Address.ToString(), port).Uri;
}
