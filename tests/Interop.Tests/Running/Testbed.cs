namespace NodeBox.Interop.Tests.Running;

/// <summary>The four nodes that the tests of this program share: the roles are divided as in the repository's roles.toml.</summary>
public sealed class Testbed : IAsyncLifetime
{
    private readonly string _coordinator = Loopback.NextAddress();
    private readonly string _backOffice = Loopback.NextAddress();
    private readonly string _llm = Loopback.NextAddress();
    private readonly string _collector = Loopback.NextAddress();
    private Nodes? _nodes;

    public Uri AgentA => new($"http://{_coordinator}:7001");

    public Uri DbServer => new($"http://{_backOffice}:7101/mcp");

    public Uri SyntheticServer => new($"http://{_backOffice}:7102/mcp");

    public Uri Llm => new($"http://{_llm}:8000");

    /// <summary>Host and port that telemetry is pushed to.</summary>
    public string Collector => $"{_collector}:4400";

    /// <summary>For requests that no client library would send.</summary>
    public RawHttp Http { get; } = new();

    public async ValueTask InitializeAsync() => _nodes = await Nodes.StartAsync(["n4", "n1", "n2", "n3"], "n4", $"""
        [nodes.n1]
        address = "{_coordinator}"
        role = "agent-a"
        [nodes.n2]
        address = "{_backOffice}"
        role = "agent-b+tools+baseline"
        [nodes.n3]
        address = "{_llm}"
        role = "llm"
        [nodes.n4]
        address = "{_collector}"
        role = "collector"
        """);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
    }
}
