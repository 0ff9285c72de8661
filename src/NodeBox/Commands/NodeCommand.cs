using System.CommandLine;
using NodeBox.Configuration;
using NodeBox.Hosting;

namespace NodeBox.Commands;

/// <summary><c>nodebox --role ROLE [--node NAME] [--config FILE]</c>: runs one node until it is told to stop.</summary>
internal static class NodeCommand
{
    private static readonly Option<string?> s_role = new("--role")
    {
        Description = "The node's role expression, for example agent-b+tools. Picks the node that has it; must agree with the file.",
        HelpName = "ROLE",
    };

    private static readonly Option<string?> s_node = new("--node")
    {
        Description = "The node's name in the configuration. Default: the node with --role, else this host's name.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> s_state = new("--state")
    {
        Description = "Where the node keeps its spool and, as collector, its database. Default: $STATE_DIRECTORY, else "
            + "/var/lib/nodebox for root and $XDG_STATE_HOME/nodebox (~/.local/state/nodebox) for others.",
        HelpName = "DIR",
    };

    private static readonly Option<bool> s_packets = new(LabSpecs.PacketsOption)
    {
        Description = "Record each data packet, whatever [probes] of the configuration says.",
    };

    public static RootCommand Create()
    {
        var root = new RootCommand(
            "nodebox says which task, agent and tool call caused which packets.\n\n"
            + "Without a command it runs one node of the testbed: its services and its probes.")
        {
            s_role, s_node, ConfigOption.Config, s_state, s_packets, TopologyOption.Backends,
        };
        root.SetAction((parsed, cancellation) => RunAsync(root, parsed, cancellation));
        return root;
    }

    private static async Task<int> RunAsync(RootCommand root, ParseResult parsed, CancellationToken cancellation)
    {
        string? role = parsed.GetValue(s_role);
        string? name = parsed.GetValue(s_node);
        if (role is null && name is null)
        {
            await root.Parse(["--help"]).InvokeAsync(cancellationToken: cancellation);
            Console.Error.WriteLine("nodebox: say which node this is, with --role or --node, or give a command.");
            return ExitCodes.Usage;
        }

        Testbed testbed = TopologyOption.Load(parsed);
        testbed = testbed with { Probes = testbed.Probes with { Packets = testbed.Probes.Packets || parsed.GetValue(s_packets) } };
        TestbedNode node = NodeSelection.Choose(testbed, role, name, Environment.MachineName);
        await NodeHost.RunAsync(testbed, node, StateDirectory.Of(parsed.GetValue(s_state), testbed, node.Name), cancellation);
        return ExitCodes.Done;
    }
}
