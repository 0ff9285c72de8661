using NodeBox.Configuration;
using NodeBox.Scenarios.Definition;
using NodeBox.Scenarios.Running;
using NodeBox.Toml;

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

    /// <summary>Each is the role llm's settings, more of the file, the topologies asked for, and whether a timed model would decide.</summary>
    [Theory]
    [InlineData("engine = \"timed\"", "", null, true)]
    [InlineData("model = \"m.gguf\"", "", null, false)]
    [InlineData("model = \"m.gguf\"\n[[roles.llm.models]]\nname = \"t\"\nengine = \"timed\"", "", null, false)]
    [InlineData("model = \"m.gguf\"\n[[roles.llm.models]]\nname = \"t\"\nengine = \"timed\"", "[roles.agent-b]\nmodel = \"t\"", null, true)]
    [InlineData("engine = \"timed\"", "[roles]\nagent-a = { llm_url = \"http://h\", model = \"testbed\" }\nagent-b = { llm_url = \"http://h\", model = \"testbed\" }", null, false)]
    [InlineData("model = \"m.gguf\"", "[nodes.n2.llm]\nengine = \"timed\"", "shared,separate", true)]
    [InlineData("model = \"m.gguf\"", "[nodes.n2.llm]\nengine = \"timed\"", "shared", false)]
    public void A_timed_model_that_an_agent_would_ask_to_decide_is_refused(string llm, string more, string? backends, bool refused)
    {
        bool own = more.Contains("nodes.n2.llm", StringComparison.Ordinal);
        string file = $"""
            [testbed]
            name = "lab"
            collector = "n1"
            insecure = true
            backends = "{(own ? "separate" : "shared")}"
            [nodes.n1]
            address = "10.77.0.1"
            role = "llm+collector"
            [nodes.n2]
            address = "10.77.0.2"
            role = "agent-a+agent-b{(own ? "+llm" : "")}"
            {more}
            [roles.llm]
            {llm}
            """;
        Testbed testbed = TestbedReader.Read(TomlDocument.Parse(file, "roles.toml"), backends?.Split(','));
        Scenario agentic = s_shipped.First(static scenario => !scenario.IsBaseline);
        Scenario baseline = s_shipped.First(static scenario => scenario.IsBaseline);
        Scenario[] others = [agentic, baseline with { Decide = Scenario.ByModel }];

        RunTargets.CheckDeciders(testbed, others);
        Exception? thrown = Record.Exception(() => RunTargets.CheckDeciders(testbed, [.. others, agentic with { Decide = Scenario.ByModel }]));
        Assert.Equal(refused, thrown is NodeBoxException { ExitCode: ExitCodes.Usage });
        Assert.Equal(refused, thrown is not null);
    }
}
