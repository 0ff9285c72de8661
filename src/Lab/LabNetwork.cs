namespace NodeBox.Lab;

/// <summary>
/// Makes a lab's namespaces: a bridge in one of its own, and for each node a veth pair between <c>eth0</c> in the node's namespace and a
/// port named after the node at the bridge. Nothing is made in the machine's own namespace.
/// </summary>
internal static class LabNetwork
{
    internal const string Bridge = "br0";

    internal static void Make(LabSpec spec)
    {
        string hub = Namespaces.Of(spec.Name, Namespaces.Switch);
        MakeNamespace(hub);
        Programs.RunIp("-n", hub, "link", "add", Bridge, "type", "bridge");
        Programs.RunIp("-n", hub, "link", "set", Bridge, "up");
        foreach (LabNode node in spec.Nodes)
        {
            MakeNode(spec, node, hub);
        }
    }

    /// <summary>The hosts file of every node of the lab.</summary>
    internal static string Hosts(LabSpec spec) =>
        "127.0.0.1 localhost\n" + string.Concat(spec.Nodes.Select(node => $"{node.Address} {node.Name}\n"));

    private static void MakeNode(LabSpec spec, LabNode node, string hub)
    {
        string own = Namespaces.Of(spec.Name, node.Name);
        MakeNamespace(own);
        Programs.RunIp("-n", hub, "link", "add", node.Name, "type", "veth", "peer", "name", "eth0", "netns", own);
        Programs.RunIp("-n", hub, "link", "set", node.Name, "master", Bridge, "up");
        Programs.RunIp("-n", own, "link", "set", "lo", "up");
        Programs.RunIp("-n", own, "link", "set", "eth0", "up");
        // The kernel's own route for the prefix would not have the congestion control.
        Programs.RunIp("-n", own, "addr", "add", $"{node.Address}/{spec.PrefixLength}", "dev", "eth0", "noprefixroute");
        AddRoutes(spec, node, own);
        Directory.CreateDirectory(Namespaces.Etc(own));
        File.WriteAllText(Path.Combine(Namespaces.Etc(own), "hosts"), Hosts(spec));
    }

    /// <summary>
    /// Routes set the congestion control of both ends of a connection, over loopback too. The namespace's sysctl tcp_congestion_control
    /// would take only what tcp_allowed_congestion_control lists for the whole machine (tcp_set_default_congestion_control in
    /// net/ipv4/tcp_cong.c), and a lab changes nothing of the machine.
    /// </summary>
    private static void AddRoutes(LabSpec spec, LabNode node, string own)
    {
        string subnet = Subnet.Around(Subnet.Parse(node.Address)!.Value, spec.PrefixLength).ToString();
        string[] local = ["table", "local", "proto", "kernel", "scope", "host"];
        string[][] routes =
        [
            [subnet, "dev", "eth0", "src", node.Address],
            ["local", node.Address, "dev", "eth0", .. local, "src", node.Address],
            ["local", "127.0.0.0/8", "dev", "lo", .. local, "src", "127.0.0.1"],
            ["local", "127.0.0.1", "dev", "lo", .. local, "src", "127.0.0.1"],
        ];
        foreach (string[] route in routes)
        {
            try
            {
                Programs.RunIp(["-n", own, "route", "replace", .. route, "congctl", spec.CongestionControl]);
            }
            catch (LabException e) when (e.Message.Contains("congestion algorithm", StringComparison.Ordinal))
            {
                throw UnknownCongestionControl(spec.CongestionControl);
            }
        }
    }

    private static LabException UnknownCongestionControl(string name)
    {
        string available = File.ReadAllText("/proc/sys/net/ipv4/tcp_available_congestion_control").Trim();
        return new LabException(
            LabFault.Machine,
            $"this kernel has no TCP congestion control '{name}', but: {available}. Choose one of these, or load the module tcp_{name}");
    }

    private static void MakeNamespace(string name)
    {
        try
        {
            Programs.RunIp("netns", "add", name);
        }
        catch (LabException e)
        {
            throw new LabException(LabFault.Machine, $"network namespaces are unavailable here: {e.Message}");
        }
    }
}
