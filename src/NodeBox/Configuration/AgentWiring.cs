using NodeBox.Roles.Agent;
using NodeBox.Toml;

namespace NodeBox.Configuration;

/// <summary>Tells each agent where its LLM, tools, peers and services are, from the testbed's nodes.</summary>
internal static class AgentWiring
{
    /// <summary>Stands for "the testbed's own llm" until the nodes are known.</summary>
    public static readonly Uri Unconnected = new("http://llm.invalid");

    /// <exception cref="TomlException">An agent has no LLM to talk to.</exception>
    public static Testbed Connect(Testbed testbed, TomlSection root, TomlErrors errors)
    {
        IReadOnlyList<TestbedNode> nodes = [.. testbed.Nodes.Select(node => Connect(testbed, node, root))];
        errors.ThrowIfAny();
        return testbed with { Nodes = nodes, CollectorNode = nodes.First(node => node.Name == testbed.CollectorNode.Name) };
    }

    private static TestbedNode Connect(Testbed testbed, TestbedNode node, TomlSection root)
    {
        IReadOnlyList<AgentSettings> agents = [.. node.Settings.Agents.Select(agent => Connect(testbed, node, agent, root))];
        return node with { Settings = node.Settings with { Agents = agents } };
    }

    private static AgentSettings Connect(Testbed testbed, TestbedNode node, AgentSettings agent, TomlSection root)
    {
        AgentSettings connected = agent.LlmUrl == Unconnected ? ConnectLlm(testbed, node, agent, root) : agent;
        if (connected.LlmUrl != Unconnected && connected.Model.Length == 0)
        {
            SectionOf(node, root).Error("llm_url", $"{agent.Name} must also be told which model to ask for there: set model");
        }

        return connected with { ToolServers = Tools(testbed), Peers = Peers(testbed, agent.Name), Services = Services(testbed) };
    }

    private static AgentSettings ConnectLlm(Testbed testbed, TestbedNode node, AgentSettings agent, TomlSection root)
    {
        TestbedNode? server = testbed.Backends == Backends.Shared ? testbed.NodeWith(RoleNames.Llm) : node;
        if (server?.Roles.Contains(RoleNames.Llm) != true)
        {
            string place = testbed.Backends == Backends.Shared ? "no node has the role llm" : "backends = \"separate\" wants the role llm on the agent's own node";
            SectionOf(node, root).Error("role", $"{agent.Name} has no LLM: {place}; add it, or set llm_url");
            return agent;
        }

        Roles.Llm.LlmSettings llm = server.Settings.Llm;
        return agent with { LlmUrl = UrlOf(server, llm.Port), Model = agent.Model.Length > 0 ? agent.Model : llm.Name };
    }

    private static TomlSection SectionOf(TestbedNode node, TomlSection root) => root.Section("nodes").Section(node.Name);

    private static Dictionary<string, Uri> Tools(Testbed testbed) => testbed.NodeWith(RoleNames.Tools) is not { } node
        ? []
        : new()
        {
            ["db"] = new Uri(UrlOf(node, node.Settings.Tools.DbPort), "mcp"),
            ["synthetic"] = new Uri(UrlOf(node, node.Settings.Tools.SyntheticPort), "mcp"),
        };

    private static Dictionary<string, Uri> Peers(Testbed testbed, string self) => testbed.Nodes
        .SelectMany(static node => node.Settings.Agents.Select(agent => (agent.Name, Url: UrlOf(node, agent.Port))))
        .Where(peer => peer.Name != self)
        .ToDictionary(static peer => peer.Name, static peer => peer.Url);

    private static Dictionary<string, Uri> Services(Testbed testbed)
    {
        if (testbed.NodeWith(RoleNames.Baseline) is not { } node)
        {
            return [];
        }

        // The chain's first service is the way in; the others are called by it alone.
        Roles.Baseline.BaselineService gateway = node.Settings.Baseline.Services[0];
        return new() { [gateway.Name] = UrlOf(node, gateway.Port) };
    }

    /// <summary>A service of <paramref name="node"/>, as the other nodes reach it.</summary>
    public static Uri UrlOf(TestbedNode node, int port) => new UriBuilder(Uri.UriSchemeHttp, node.Address.ToString(), port).Uri;
}
