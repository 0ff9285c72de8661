using NodeBox.Configuration;
using NodeBox.Scenarios.Definition;

namespace NodeBox.Tests.Configuration;

/// <summary>The data that comes with nodebox is valid, fits together, and lies beside the binary.</summary>
public sealed class ShippedDataTests
{
    [Fact]
    public void The_testbed_is_valid()
    {
        Testbed testbed = Testbeds.Shipped();
        Assert.Equal(RoleNames.All.Order(), testbed.Nodes.SelectMany(static node => node.Roles).Order());
    }

    [Fact]
    public void Scenarios_and_prompts_lie_beside_the_binary()
    {
        Assert.Equal(FilesOf(Repository.Root, "scenarios"), FilesOf(AppContext.BaseDirectory, "scenarios"));
        Assert.Equal(FilesOf(Repository.Root, "agents"), FilesOf(AppContext.BaseDirectory, "agents"));
    }

    [Fact]
    public void Every_agent_has_a_prompt_that_names_it()
    {
        IEnumerable<string> agents = [RoleNames.AgentA, RoleNames.AgentB];
        Assert.Equal(agents, Scenario.Agents);
        Assert.All(agents, static agent =>
        {
            string prompt = File.ReadAllText(Path.Combine(Repository.Root, "agents", $"{agent}.md"));
            Assert.StartsWith($"You are {agent},", prompt);
        });
    }

    [Fact]
    public void Every_scenario_runs_on_the_testbed()
    {
        Scenario[] scenarios = [.. ScenarioFiles.All().Select(Scenario.Load)];
        Assert.Equal(3, scenarios.Length);
        RunTargets.CheckEntries(Testbeds.Shipped(), scenarios);
    }

    [Fact]
    public void The_lab_of_the_testbed_runs_each_node_by_its_role()
    {
        Testbed testbed = Testbeds.Shipped();
        Lab.LabSpec lab = LabSpecs.Of(testbed, Lab.LabLifetime.Bound);

        Assert.Empty(lab.Errors());
        Assert.Equal(("lab", Lab.LabLifetime.Bound), (lab.Name, lab.Lifetime));
        Assert.Equal(
            testbed.Nodes.Select(static node => (node.Name, node.Address.ToString())),
            lab.Nodes.Select(static node => (node.Name, node.Address)));
        string config = Path.Combine(Repository.Root, "roles.toml");
        string[] command = ["--role", "agent-b+tools+baseline", "--node", "n2", "--config", config, "--state"];
        Assert.Equal(command, lab.Nodes[1].Command.Skip(1).SkipLast(1));

        Lab.LabSpec packets = LabSpecs.Of(testbed with { Probes = new ProbeSettings { Packets = true } }, Lab.LabLifetime.Bound);
        Assert.All(packets.Nodes, static node => Assert.Equal("--packets", node.Command[^1]));
    }

    private static IEnumerable<string?> FilesOf(string root, string folder) =>
        Directory.EnumerateFiles(Path.Combine(root, folder)).Select(Path.GetFileName).Order();
}
