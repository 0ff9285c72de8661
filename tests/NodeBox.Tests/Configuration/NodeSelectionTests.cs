using NodeBox.Configuration;

namespace NodeBox.Tests.Configuration;

public sealed class NodeSelectionTests
{
    private static readonly Testbed s_testbed = Testbeds.Of(
        ("n1", "agent-a"), ("n2", "agent-b+tools"), ("n3", "llm"), ("n4", "llm"), ("n5", "collector"));

    [Theory]
    [InlineData(null, "n2", "elsewhere", "n2")]
    [InlineData("agent-b+tools", null, "elsewhere", "n2")]
    [InlineData("agent-b+tools", "n2", "n1", "n2")]
    [InlineData(null, null, "n3", "n3")]
    [InlineData("llm", null, "n4", "n4")]
    [InlineData("llm", "n3", "n4", "n3")]
    [InlineData("agent-a", null, "n4", "n1")]
    public void Chooses_by_name_then_by_role_then_by_host(string? role, string? name, string host, string chosen)
    {
        Assert.Equal(chosen, NodeSelection.Choose(s_testbed, role, name, host).Name);
    }

    [Theory]
    [InlineData(null, "n9", "n1", "roles.toml has no node n9: use --node with one of n1, n2, n3, n4, n5.")]
    [InlineData(null, null, "web", "roles.toml has no node web (this host's name): use --node with one of n1, n2, n3, n4, n5.")]
    [InlineData("tools", null, "n1", "roles.toml has no node with role tools: its roles are agent-a, agent-b+tools, llm, collector.")]
    [InlineData("llm", null, "n1", "roles.toml has several nodes with role llm (n3, n4): say which with --node.")]
    [InlineData(
        "llm",
        "n1",
        "n3",
        "--role llm disagrees with roles.toml, where node n1 has role agent-a: change one of them, or name another node with --node.")]
    [InlineData(
        "tools+agent-b",
        "n2",
        "n2",
        "--role tools+agent-b disagrees with roles.toml, where node n2 has role agent-b+tools: "
        + "change one of them, or name another node with --node.")]
    public void Says_what_does_not_fit(string? role, string? name, string host, string message)
    {
        var error = Assert.Throws<NodeBoxException>(() => NodeSelection.Choose(s_testbed, role, name, host));
        Assert.Equal((ExitCodes.Usage, message), (error.ExitCode, error.Message));
    }

    [Fact]
    public void A_configuration_that_was_named_is_the_only_candidate()
    {
        using var folder = new Folder();
        string file = folder.Write("other.toml", "");
        Assert.Equal(file, NodeSelection.FindConfig(file));

        var error = Assert.Throws<NodeBoxException>(() => NodeSelection.FindConfig($"{folder.Path}/no.toml"));
        Assert.Equal(ExitCodes.Usage, error.ExitCode);
        Assert.StartsWith($"no configuration at {folder.Path}/no.toml:", error.Message);
    }
}
