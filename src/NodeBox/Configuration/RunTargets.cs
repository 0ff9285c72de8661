using NodeBox.Hosting;
using NodeBox.Roles.Agent;
using NodeBox.Roles.Llm;
using NodeBox.Scenarios.Definition;
using NodeBox.Scenarios.Running;

namespace NodeBox.Configuration;

/// <summary>Where a testbed's nodes and entries are, as a run needs them.</summary>
internal static class RunTargets
{
    public static RunTarget Of(Testbed testbed, string driverNode) => new(
        driverNode,
        Entries(testbed),
        [.. testbed.Nodes.Select(static node => new NodeTarget(node.Name, node.Role, node.UrlOf(NodeControl.Port)))],
        testbed.CollectorNode.UrlOf(testbed.CollectorNode.Settings.Collector.HttpPort));

    /// <exception cref="NodeBoxException">A scenario's entry is on no node.</exception>
    public static void CheckEntries(Testbed testbed, IEnumerable<Scenario> scenarios)
    {
        Dictionary<string, Uri> entries = Entries(testbed);
        if (scenarios.FirstOrDefault(scenario => !entries.ContainsKey(scenario.Entry)) is { } scenario)
        {
            throw new NodeBoxException(
                ExitCodes.Usage,
                $"scenario {scenario.Name} enters at {scenario.Entry}, and no node of {testbed.File} has that role: add it to one.");
        }
    }

    /// <exception cref="NodeBoxException">A model is to decide what agents do, and one that they use is not computed.</exception>
    public static void CheckDeciders(Testbed testbed, IEnumerable<Scenario> scenarios)
    {
        if (scenarios.FirstOrDefault(static scenario => scenario.ModelDecides) is { } deciding && TimedModel(testbed) is { } timed)
        {
            throw new NodeBoxException(
                ExitCodes.Usage,
                $"scenario {deciding.Name} has the model decide, and {timed} has engine = \"timed\", which computes nothing that could: "
                + "use --decide script, or engine = \"llama\".");
        }
    }

    /// <summary>A model that an agent uses and that is not computed, in words; null for none.</summary>
    private static string? TimedModel(Testbed testbed)
    {
        HashSet<LlmServer> used = [.. testbed.Nodes.SelectMany(static node => node.Settings.Agents).SelectMany(LlmsOf)];
        return testbed.Nodes
            .Where(static node => node.Has(RoleNames.Llm))
            .SelectMany(static node => node.Settings.Llm.Models.Select(model => (Node: node, Model: model)))
            .Where(static served => served.Model.Engine == ModelSettings.Timed)
            .Where(served => used.Contains(new LlmServer(served.Node.UrlOf(served.Node.Settings.Llm.Port), served.Model.Name)))
            .Select(static served => $"the model {served.Model.Name} of node {served.Node.Name}")
            .FirstOrDefault();
    }

    private static IEnumerable<LlmServer> LlmsOf(AgentSettings agent)
    {
        yield return new LlmServer(agent.LlmUrl, agent.Model);
        if (agent.OwnLlm is { } own)
        {
            yield return own;
        }
    }

    private static Dictionary<string, Uri> Entries(Testbed testbed)
    {
        Dictionary<string, Uri> entries = testbed.Nodes
            .SelectMany(static node => node.Settings.Agents.Select(agent => (agent.Name, Url: node.UrlOf(agent.Port))))
            .ToDictionary(static agent => agent.Name, static agent => agent.Url);
        if (testbed.NodeWith(RoleNames.Baseline) is { } node)
        {
            entries[Scenario.Baseline] = node.UrlOf(node.Settings.Baseline.Services[0].Port);
        }

        return entries;
    }
}
