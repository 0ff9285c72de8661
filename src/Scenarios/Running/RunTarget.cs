namespace NodeBox.Scenarios.Running;

/// <summary>Where a run happens.</summary>
/// <param name="DriverNode">The node that the driver runs on: its flows are seen there.</param>
/// <param name="Entries">
/// Where tasks are sent, by the scenario's entry name: "agent-a" is an A2A endpoint, "baseline" the chain's gateway.
/// </param>
/// <param name="Nodes">Every node of the testbed.</param>
/// <param name="Collector">The collector's HTTP API.</param>
public sealed record RunTarget(
    string DriverNode,
    IReadOnlyDictionary<string, Uri> Entries,
    IReadOnlyList<NodeTarget> Nodes,
    Uri Collector);

/// <param name="Name">The node's name.</param>
/// <param name="Role">Its role expression.</param>
/// <param name="Control">Its control port.</param>
public sealed record NodeTarget(string Name, string Role, Uri Control);
