using System.Net;
using NodeBox.Toml;

namespace NodeBox.Configuration;

/// <summary>Reads the nodes of roles.toml: their names, addresses and roles, and the settings of those roles.</summary>
internal static class NodesReader
{
    /// <param name="root">The file.</param>
    /// <param name="directory">What relative paths are relative to.</param>
    /// <param name="ownLlms">Whether each node with an agent has the role llm, whatever the file says.</param>
    /// <returns>every node, also those with errors, so that what follows from the other nodes is not reported as missing.</returns>
    public static IReadOnlyList<TestbedNode> Read(TomlSection root, string directory, bool ownLlms)
    {
        TomlSection defaults = root.Section("roles");
        foreach (string unknown in defaults.Keys.Except(RoleNames.All))
        {
            defaults.Error(unknown, $"is not a role: the roles are {string.Join(", ", RoleNames.All)}");
        }

        if (!root.Has("nodes"))
        {
            root.Error("nodes", "is missing: describe at least one node, as in [nodes.n1]");
        }

        var nodes = new List<TestbedNode>();
        foreach (TomlSection section in root.Sections("nodes"))
        {
            TestbedNode node = ReadNode(section, defaults, directory, ownLlms);
            RefuseSharedAddress(section, node, nodes);
            nodes.Add(node);
        }

        return nodes;
    }

    private static TestbedNode ReadNode(TomlSection section, TomlSection defaults, string directory, bool ownLlm)
    {
        if (!RuleOfNames.Holds(section.Name, 15, '-'))
        {
            section.Error($"\"{section.Name}\" must be 1 to 15 of a-z, 0-9 and '-': it names a network interface");
        }

        IPAddress address = ReadAddress(section);
        string expression = section.RequiredString("role");
        IReadOnlyList<string> roles = ReadRoles(section, expression);
        if (ownLlm && roles.Any(RoleNames.Agents.Contains) && !roles.Contains(RoleNames.Llm))
        {
            expression += $"+{RoleNames.Llm}";
            roles = [.. roles, RoleNames.Llm];
        }

        RoleSettings settings = RoleSettingsReader.Read(section, defaults, roles, address, directory);
        foreach (string other in RoleNames.All.Except(roles).Where(section.Has))
        {
            section.Error(other, $"has settings, but {section.Name} does not have the role {other}");
        }

        section.RejectUnknown();
        return new TestbedNode(section.Name, address, expression, settings);
    }

    private static IReadOnlyList<string> ReadRoles(TomlSection section, string expression)
    {
        if (expression.Length == 0)
        {
            return [];
        }

        string[] roles = expression.Split('+');
        foreach (string role in roles.Except(RoleNames.All))
        {
            section.Error("role", $"\"{role}\" is not a role: the roles are {string.Join(", ", RoleNames.All)}");
        }

        if (roles.Distinct().Count() != roles.Length)
        {
            section.Error("role", $"\"{expression}\" names a role twice");
        }

        return [.. roles.Distinct()];
    }

    /// <returns><see cref="IPAddress.None"/> after an error.</returns>
    private static IPAddress ReadAddress(TomlSection section)
    {
        string text = section.RequiredString("address");
        if (text.Length == 0)
        {
            return IPAddress.None;
        }

        if (!IPAddress.TryParse(text, out IPAddress? address) || !IsWritten(address, text))
        {
            section.Error("address", $"\"{text}\" is not an IP address, such as 10.77.0.1 or fd00::1");
            return IPAddress.None;
        }

        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.None))
        {
            section.Error("address", $"{text} is no address that other nodes can reach: write the one of this node's interface");
            return IPAddress.None;
        }

        return address;
    }

    // The framework also takes 10.1 for 10.0.0.1, 010.0.0.1 for 8.0.0.1, a port behind brackets, and a zone that only one machine knows.
    private static bool IsWritten(IPAddress address, string text) => address.GetAddressBytes().Length == 4
        ? address.ToString() == text
        : !text.AsSpan().ContainsAny("[]%/");

    private static void RefuseSharedAddress(TomlSection section, TestbedNode node, IEnumerable<TestbedNode> before)
    {
        if (!node.Address.Equals(IPAddress.None) && before.FirstOrDefault(other => other.Address.Equals(node.Address)) is { } twin)
        {
            section.Error("address", $"{node.Address} is also the address of {twin.Name}: give each node its own");
        }
    }
}
