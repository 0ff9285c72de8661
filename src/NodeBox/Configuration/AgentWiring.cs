using NodeBox.Roles.Agent;
using NodeBox.Roles.Baseline;
using NodeBox.Roles.Llm;
using NodeBox.Telemetry.Http;
using NodeBox.Toml;

namespace NodeBox.Configuration;

/// <summary>Tells each agent where its LLM, tools, peers and services are, from the testbed's nodes.</summary>
/// <param name="nodes">All nodes.</param>
/// <param name="written">Where agents find their LLM, as the file says.</param>
/// <param name="asked">Topologies that the file was not written for; null leaves it at that one.</param>
/// <param name="root">The file: what an agent lacks is reported there.</param>
internal sealed class AgentWiring(
    IReadOnlyList<TestbedNode> nodes, string written, IReadOnlyList<string>? asked, TomlSection root)
{
    /// <summary>Stands for "the testbed's own llm" until the nodes are known.</summary>
    public static readonly Uri Unconnected = new("http://llm.invalid");

    /// <summary>The nodes with connected agents.</summary>
    public IReadOnlyList<TestbedNode> Connect()
    {
        RefuseSecond();
        return [.. nodes.Select(Connect)];
    }

    // What agents and the driver look for by its role is in one place, or nobody would use the second one.
    private void RefuseSecond()
    {
        IEnumerable<string> single = RoleNames.All.Where(role => role switch
        {
            RoleNames.Llm => asked is null && written == Backends.Shared,
            RoleNames.Collector => false,
            _ => true,
        });
        foreach (string role in single)
        {
            TestbedNode[] having = [.. nodes.Where(node => node.Has(role))];
            foreach (TestbedNode second in having.Skip(1))
            {
                string hint = role == RoleNames.Llm ? ", or set backends = \"separate\"" : "";
                SectionOf(second).Error("role", $"{having[0].Name} has the role {role}, too: give it to one node{hint}");
            }
        }
    }

    private TestbedNode Connect(TestbedNode node)
    {
        IReadOnlyList<AgentSettings> agents = [.. node.Settings.Agents.Select(agent => Connect(node, agent))];
        return node with { Settings = node.Settings with { Agents = agents } };
    }

    private AgentSettings Connect(TestbedNode node, AgentSettings agent) => ConnectLlm(node, agent) with
    {
        ToolServers = Tools(),
        Peers = Peers(agent.Name),
        Services = Services(),
        ServiceArguments = BaselineRole.RequestSchema,
    };

    private AgentSettings ConnectLlm(TestbedNode node, AgentSettings agent)
    {
        if (agent.LlmUrl == Unconnected)
        {
            return asked is null ? ConnectAsWritten(node, agent) : ConnectAsAsked(node, agent, asked);
        }

        RequireModel(node, agent);
        if (asked is not null)
        {
            SettingsOf(node, agent).Error("llm_url", $"gives {agent.Name} its LLM in every topology: remove it, or leave --backends out");
        }

        return agent;
    }

    private AgentSettings ConnectAsWritten(TestbedNode node, AgentSettings agent)
    {
        TestbedNode? server = written == Backends.Shared ? With(RoleNames.Llm) : node;
        if (server?.Has(RoleNames.Llm) != true)
        {
            string place = written == Backends.Shared
                ? "no node has the role llm"
                : "backends = \"separate\" wants the role llm on the agent's own node";
            SectionOf(node).Error("role", $"{agent.Name} has no LLM: {place}; add it, or set llm_url");
            return agent;
        }

        return Use(agent, LlmOf(server, node, agent));
    }

    private AgentSettings ConnectAsAsked(TestbedNode node, AgentSettings agent, IReadOnlyList<string> topologies)
    {
        if (!topologies.Contains(Backends.Shared))
        {
            return Use(agent, LlmOf(node, node, agent));
        }

        if (nodes.Where(static other => other.Has(RoleNames.Llm) && other.Settings.Agents.Count == 0).ToArray() is not [var shared])
        {
            SectionOf(node).Error(
                "role", $"{agent.Name} has no shared LLM: --backends shared wants exactly one node that has the role llm and no agent");
            return agent;
        }

        bool compared = topologies.Contains(Backends.Separate);
        return Use(agent, LlmOf(shared, node, agent)) with { OwnLlm = compared ? LlmOf(node, node, agent) : null };
    }

    private static AgentSettings Use(AgentSettings agent, LlmServer llm) => agent with { LlmUrl = llm.Url, Model = llm.Model };

    /// <param name="server">The node that has the LLM.</param>
    /// <param name="node">The agent's own.</param>
    /// <param name="agent">The agent as the file has it.</param>
    private LlmServer LlmOf(TestbedNode server, TestbedNode node, AgentSettings agent)
    {
        LlmSettings llm = server.Settings.Llm;
        string[] served = [.. llm.Models.Select(static model => model.Name)];
        string model = agent.Model.Length > 0 ? agent.Model : served[0];
        if (!served.Contains(model))
        {
            SettingsOf(node, agent).Error(
                "model",
                $"\"{model}\" is no model of {server.Name}, which serves {string.Join(", ", served)}: name one of these, or leave it out");
        }

        return new LlmServer(server.UrlOf(llm.Port), model);
    }

    private void RequireModel(TestbedNode node, AgentSettings agent)
    {
        if (agent.Model.Length == 0)
        {
            SettingsOf(node, agent).Error("llm_url", $"{agent.Name} must also be told which model to ask for there: set model");
        }
    }

    private Dictionary<string, Uri> Tools() => With(RoleNames.Tools) is not { } node
        ? []
        : new()
        {
            ["db"] = new Uri(node.UrlOf(node.Settings.Tools.DbPort), "mcp"),
            ["synthetic"] = new Uri(node.UrlOf(node.Settings.Tools.SyntheticPort), "mcp"),
        };

    private Dictionary<string, Uri> Peers(string self) => nodes
        .SelectMany(static node => node.Settings.Agents.Select(agent => (agent.Name, Url: node.UrlOf(agent.Port))))
        .Where(peer => peer.Name != self)
        .DistinctBy(static peer => peer.Name)
        .ToDictionary(static peer => peer.Name, static peer => peer.Url);

    // The chain's first service is the way in; the others are called by it alone.
    private Dictionary<string, Uri> Services() =>
        With(RoleNames.Baseline) is { Settings.Baseline.Services: [BaselineService gateway, ..] } node
            ? new() { [gateway.Name] = node.UrlOf(gateway.Port) }
            : [];

    private TestbedNode? With(string role) => nodes.FirstOrDefault(node => node.Has(role));

    private TomlSection SettingsOf(TestbedNode node, AgentSettings agent) =>
        SectionOf(node).Section(agent.Name).WithDefaults(root.Section("roles").Section(agent.Name));

    private TomlSection SectionOf(TestbedNode node) => root.Section("nodes").Section(node.Name);
}
