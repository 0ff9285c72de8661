using NodeBox.Configuration;
using NodeBox.Scenarios.Definition;
using NodeBox.Scenarios.Running;

namespace NodeBox.Tests.Configuration;

public sealed class RunTargetsTests
{
    private static readonly Scenario[] s_shipped = [.. ScenarioFiles.All().Select(Scenario.Load)];

    [Fact]
    public void Tells_a_run_where_everything_is()
    {
        RunTarget target = RunTargets.Of(Testbeds.Shipped(), "n4");

        Assert.Equal("n4", target.DriverNode);
        Assert.Equal(new Uri("http://10.77.0.4:4318/"), target.Collector);
        Dictionary<string, Uri> entries = new()
        {
            ["agent-a"] = new("http://10.77.0.1:7001/"),
            ["agent-b"] = new("http://10.77.0.2:7002/"),
            ["baseline"] = new("http://10.77.0.2:7201/"),
        };
        Assert.Equal(entries, target.Entries.ToDictionary());
        NodeTarget[] nodes =
        [
            new("n1", "agent-a", new Uri("http://10.77.0.1:9464/")),
            new("n2", "agent-b+tools+baseline", new Uri("http://10.77.0.2:9464/")),
            new("n3", "llm", new Uri("http://10.77.0.3:9464/")),
            new("n4", "collector", new Uri("http://10.77.0.4:9464/")),
        ];
        Assert.Equal(nodes, target.Nodes);
    }

    [Fact]
    public void Reaches_IPv6_nodes()
    {
        RunTarget target = RunTargets.Of(Testbeds.AllInOne("fd00::1"), "n1");
        Assert.Equal(new Uri("http://[fd00::1]:9464/"), Assert.Single(target.Nodes).Control);
        Assert.Equal(new Uri("http://[fd00::1]:7201/"), target.Entries["baseline"]);
    }

    [Fact]
    public void A_scenario_whose_entry_is_on_no_node_is_refused()
    {
        Testbed testbed = Testbeds.Of(("n1", "baseline"), ("n2", "collector"));
        var error = Assert.Throws<NodeBoxException>(() => RunTargets.CheckEntries(testbed, s_shipped));
        Assert.Equal(
            (ExitCodes.Usage, "scenario agentic-multihop enters at agent-a, and no node of roles.toml has that role: add it to one."),
            (error.ExitCode, error.Message));
    }
}
