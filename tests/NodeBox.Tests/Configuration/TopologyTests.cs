using NodeBox.Configuration;
using NodeBox.Lab;
using NodeBox.Roles.Agent;
using NodeBox.Toml;

namespace NodeBox.Tests.Configuration;

/// <summary>Other topologies than the file's, for runs in a lab.</summary>
public sealed class TopologyTests
{
    private static readonly string[] s_both = ["shared", "separate"];

    [Fact]
    public void Agents_know_both_llms_where_topologies_are_compared()
    {
        Testbed testbed = TestbedReader.Load(Path.Combine(Repository.Root, "roles.toml"), s_both);
        Assert.Equal(s_both, testbed.Backends);
        Assert.Equal(
            ["agent-a+llm", "agent-b+tools+baseline+llm", "llm", "collector"], testbed.Nodes.Select(static node => node.Role));
        AgentSettings[] agents = [.. testbed.Nodes.SelectMany(static node => node.Settings.Agents)];
        Assert.All(agents, static agent => Assert.Equal((new Uri("http://10.77.0.3:8000"), "testbed"), (agent.LlmUrl, agent.Model)));
        Assert.Equal(
            [new LlmServer(new Uri("http://10.77.0.1:8000"), "testbed"), new LlmServer(new Uri("http://10.77.0.2:8000"), "testbed")],
            agents.Select(static agent => agent.OwnLlm));
        Assert.Single(testbed.Nodes.Take(3).Select(static node => node.Settings.Llm.Models[0].Options.ModelPath).Distinct());
    }

    [Fact]
    public void A_file_for_shared_backends_can_be_run_with_separate_ones_and_the_other_way_round()
    {
        Testbed separate = TestbedReader.Load(Path.Combine(Repository.Root, "roles.toml"), ["separate"]);
        Assert.Equal(["http://10.77.0.1:8000/", "http://10.77.0.2:8000/"], LlmsOf(separate));

        string file = File.ReadAllText(Path.Combine(Repository.Root, "roles.toml"))
            .Replace("\"shared\"", "\"separate\"")
            .Replace("\"agent-a\"", "\"agent-a+llm\"")
            .Replace("\"agent-b+tools+baseline\"", "\"agent-b+tools+baseline+llm\"");
        TomlDocument document = TomlDocument.Parse(file, "roles.toml");
        Assert.Equal(["http://10.77.0.1:8000/", "http://10.77.0.2:8000/"], LlmsOf(TestbedReader.Read(document)));
        Assert.Equal(["http://10.77.0.3:8000/", "http://10.77.0.3:8000/"], LlmsOf(TestbedReader.Read(document, ["shared"])));
        Assert.Equal("separate", TestbedReader.Read(document, s_both).ReplacedBackends);
    }

    [Fact]
    public void Nodes_of_a_lab_are_told_other_topologies_and_nothing_of_the_files_own()
    {
        string file = Path.Combine(Repository.Root, "roles.toml");
        LabSpec lab = LabSpecs.Of(TestbedReader.Load(file, s_both), LabLifetime.Bound);
        Assert.Equal(["--role", "agent-a+llm"], lab.Nodes[0].Command.Skip(1).Take(2));
        Assert.All(lab.Nodes, static node => Assert.Equal(["--backends", "shared,separate"], node.Command.TakeLast(2)));

        Testbed same = TestbedReader.Load(file, ["shared"]);
        Assert.Null(same.ReplacedBackends);
        Assert.All(LabSpecs.Of(same, LabLifetime.Bound).Nodes, static node => Assert.DoesNotContain("--backends", node.Command));
    }

    [Theory]
    [InlineData("role = \"llm\"", "role = \"agent-b\"", "has no shared LLM: --backends shared wants exactly one node that has the role llm and no")]
    [InlineData("role = \"agent-a\"", "role = \"agent-a\"\nagent-a = { llm_url = \"http://h\", model = \"m\" }", "gives agent-a its LLM in every topology")]
    [InlineData("role = \"llm\"", "role = \"llm\"\nllm.name = \"large\"\n[roles.agent-a]\nmodel = \"large\"", "\"large\" is no model of n1, which serves testbed")]
    public void A_file_that_fixes_the_topology_is_refused(string what, string with, string why)
    {
        string file = File.ReadAllText(Path.Combine(Repository.Root, "roles.toml")).Replace(what, with);
        TomlException refused = Assert.Throws<TomlException>(() => TestbedReader.Read(TomlDocument.Parse(file, "roles.toml"), s_both));
        Assert.Contains(refused.Errors, error => error.Message.Contains(why, StringComparison.Ordinal));
    }

    private static IEnumerable<string> LlmsOf(Testbed testbed) =>
        testbed.Nodes.SelectMany(static node => node.Settings.Agents).Select(static agent => agent.LlmUrl.ToString());
}
