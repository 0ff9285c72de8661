using System.Net;
using NodeBox.Toml;

namespace NodeBox.Configuration;

/// <summary>Reads roles.toml. Every error in the file is reported at once, with its line.</summary>
public static class TestbedReader
{
    /// <exception cref="TomlException">The file is not TOML, or says something that cannot be.</exception>
    public static Testbed Load(string file)
    {
        var errors = new TomlErrors();
        TomlSection root = TomlDocument.Load(file).Section(errors);
        Testbed testbed = Read(root, file);
        root.RejectUnknown();
        errors.ThrowIfAny();
        return AgentWiring.Connect(testbed, root, errors);
    }

    private static Testbed Read(TomlSection root, string file)
    {
        TomlSection section = root.Section("testbed");
        string name = section.RequiredString("name");
        if (name.Length > 0 && !IsName(name, 16, '_'))
        {
            section.Error("name", $"\"{name}\" must be 1 to 16 of a-z, 0-9 and '_': it names the lab's namespaces");
        }

        string backends = section.Choice("backends", ["shared", "separate"], "shared");
        string collector = section.RequiredString("collector");
        if (!section.Bool("insecure", fallback: false))
        {
            section.Error("insecure", "must be true: this version talks in clear text (a lab only), mutual TLS is not built");
        }

        section.RejectUnknown();
        IReadOnlyList<TestbedNode> nodes = ReadNodes(root, file);
        TestbedNode? collectorNode = nodes.FirstOrDefault(node => node.Name == collector);
        if (collector.Length > 0 && collectorNode?.Roles.Contains(RoleNames.Collector) != true)
        {
            section.Error("collector", $"\"{collector}\" is not a node with the role collector: name one, or give it that role");
        }

        return new Testbed(file, name, backends == "separate" ? Backends.Separate : Backends.Shared, collectorNode!, nodes);
    }

    private static List<TestbedNode> ReadNodes(TomlSection root, string file)
    {
        TomlSection defaults = root.Section("roles");
        foreach (string unknown in defaults.Keys.Except(RoleNames.All))
        {
            defaults.Error(unknown, $"is not a role: the roles are {string.Join(", ", RoleNames.All)}");
        }

        IReadOnlyList<TomlSection> sections = root.Sections("nodes");
        if (sections.Count == 0)
        {
            root.Error("nodes", "is missing: describe at least one node, as in [nodes.n1]");
        }

        var nodes = new List<TestbedNode>();
        foreach (TomlSection section in sections)
        {
            if (ReadNode(section, defaults, file) is not { } node)
            {
                continue;
            }

            if (nodes.FirstOrDefault(other => other.Address.Equals(node.Address)) is { } twin)
            {
                section.Error("address", $"{node.Address} is also the address of {twin.Name}: give each node its own");
            }

            nodes.Add(node);
        }

        return nodes;
    }

    private static TestbedNode? ReadNode(TomlSection section, TomlSection defaults, string file)
    {
        if (!IsName(section.Name, 15, '-'))
        {
            section.Error($"\"{section.Name}\" must be 1 to 15 of a-z, 0-9 and '-': it names a network interface");
        }

        string text = section.RequiredString("address");
        if (!IPAddress.TryParse(text, out IPAddress? address) || address.ToString() != text)
        {
            // The framework would read "10.77.1" as 10.77.0.1.
            if (text.Length > 0)
            {
                section.Error("address", $"\"{text}\" is not an IP address, such as 10.77.0.1");
            }

            address = null;
        }

        string expression = section.RequiredString("role");
        string[] roles = expression.Split('+');
        foreach (string role in roles.Where(role => expression.Length > 0 && !RoleNames.All.Contains(role)))
        {
            section.Error("role", $"\"{role}\" is not a role: the roles are {string.Join(", ", RoleNames.All)}");
        }

        if (roles.Distinct().Count() != roles.Length)
        {
            section.Error("role", $"\"{expression}\" names a role twice");
        }

        RoleSettings settings = RoleSettingsReader.Read(section, defaults, roles, Path.GetDirectoryName(Path.GetFullPath(file))!);
        foreach (string other in RoleNames.All.Except(roles).Where(section.Has))
        {
            section.Error(other, $"has settings, but {section.Name} does not have the role {other}");
        }

        section.RejectUnknown();
        return address is null ? null : new TestbedNode(section.Name, address, expression, settings);
    }

    private static bool IsName(string text, int longest, char separator) =>
        text.Length > 0 && text.Length <= longest && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == separator);
}
