using NodeBox.Toml;

namespace NodeBox.Configuration;

/// <summary>Reads roles.toml. Every error in the file is reported at once, with its line.</summary>
public static class TestbedReader
{
    /// <exception cref="TomlException">The file is not TOML, or says something that cannot be.</exception>
    public static Testbed Load(string file) => Read(TomlDocument.Load(file));

    /// <summary>The same for a file that is already parsed.</summary>
    internal static Testbed Read(TomlDocument document)
    {
        var errors = new TomlErrors();
        TomlSection root = document.Section(errors);
        TomlSection head = root.Section("testbed");
        string name = ReadName(head);
        Backends backends = head.Choice("backends", ["shared", "separate"], "shared") == "separate" ? Backends.Separate : Backends.Shared;
        string collector = head.RequiredString("collector");
        RequireInsecure(head);
        head.RejectUnknown();

        IReadOnlyList<TestbedNode> nodes = NodesReader.Read(root, Path.GetDirectoryName(Path.GetFullPath(document.File))!);
        if (collector.Length > 0 && !nodes.Any(node => node.Name == collector && node.Has(RoleNames.Collector)))
        {
            head.Error("collector", $"\"{collector}\" is not a node with the role collector: name one, or give it that role");
        }

        nodes = new AgentWiring(nodes, backends, root).Connect();
        root.RejectUnknown();
        errors.ThrowIfAny();
        return new Testbed(document.File, name, backends, nodes.First(node => node.Name == collector), nodes);
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
