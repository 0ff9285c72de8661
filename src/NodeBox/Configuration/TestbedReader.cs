using NodeBox.Telemetry.Http;
using NodeBox.Toml;

namespace NodeBox.Configuration;

/// <summary>Reads roles.toml. Every error in the file is reported at once, with its line.</summary>
public static class TestbedReader
{
    // A packet of 1,500 bytes takes 12 µs at 1 Gbit/s: shorter gaps tell nothing.
    private static readonly TimeSpan s_shortestGap = TimeSpan.FromMicroseconds(10);
    private static readonly TimeSpan s_longestGap = TimeSpan.FromSeconds(1);

    /// <param name="file">roles.toml.</param>
    /// <param name="backends">Topologies to use instead of the file's; null leaves it at that one.</param>
    /// <exception cref="TomlException">The file is not TOML, or says something that cannot be.</exception>
    public static Testbed Load(string file, IReadOnlyList<string>? backends = null) => Read(TomlDocument.Load(file), backends);

    /// <summary>The same for a file that is already parsed.</summary>
    internal static Testbed Read(TomlDocument document, IReadOnlyList<string>? asked = null)
    {
        var errors = new TomlErrors();
        TomlSection root = document.Section(errors);
        TomlSection head = root.Section("testbed");
        string name = ReadName(head);
        string written = head.Choice("backends", Backends.All, Backends.Shared);
        IReadOnlyList<string>? others = asked is null || asked.SequenceEqual([written]) ? null : asked;
        string collector = head.RequiredString("collector");
        RequireInsecure(head);
        head.RejectUnknown();

        string directory = Path.GetDirectoryName(Path.GetFullPath(document.File))!;
        IReadOnlyList<TestbedNode> nodes = NodesReader.Read(root, directory, others?.Contains(Backends.Separate) == true);
        if (collector.Length > 0 && !nodes.Any(node => node.Name == collector && node.Has(RoleNames.Collector)))
        {
            head.Error("collector", $"\"{collector}\" is not a node with the role collector: name one, or give it that role");
        }

        nodes = new AgentWiring(nodes, written, others, root).Connect();
        ProbeSettings probes = ReadProbes(root.Section("probes"));
        root.RejectUnknown();
        errors.ThrowIfAny();
        return new Testbed(document.File, name, others ?? [written], nodes.First(node => node.Name == collector), nodes)
        {
            ReplacedBackends = others is null ? null : written,
            Probes = probes,
        };
    }

    private static ProbeSettings ReadProbes(TomlSection section)
    {
        var probes = new ProbeSettings();
        probes = new ProbeSettings
        {
            Packets = section.Bool("packets", probes.Packets),
            Bursts = section.Bool("bursts", probes.Bursts),
            BurstGap = section.Duration("burst_gap", probes.BurstGap, s_shortestGap, s_longestGap),
        };
        if (!probes.Bursts && section.Has("burst_gap"))
        {
            section.Error("burst_gap", "means nothing with bursts = false: remove one of them");
        }

        section.RejectUnknown();
        return probes;
    }

    private static string ReadName(TomlSection head)
    {
        string name = head.RequiredString("name");
        if (name.Length > 0 && !RuleOfNames.Holds(name, 16, '_'))
        {
            head.Error("name", $"\"{name}\" must be 1 to 16 of a-z, 0-9 and '_': it names the lab's namespaces");
        }

        return name;
    }

    private static void RequireInsecure(TomlSection head)
    {
        if (!head.Bool("insecure", fallback: false))
        {
            head.Error("insecure", "must be true: this version talks in clear text (a lab only), mutual TLS is not built");
        }
    }
}
