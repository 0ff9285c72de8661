using System.Text.RegularExpressions;

namespace NodeBox.Lab;

/// <summary>What makes a <see cref="LabSpec"/> impossible, found before anything is made.</summary>
internal static partial class SpecRules
{
    private static readonly TimeSpan s_maxReadyWithin = TimeSpan.FromMinutes(10);

    internal static IEnumerable<string> Errors(LabSpec spec) =>
    [
        .. ErrorsOfSettings(spec),
        .. spec.Nodes.SelectMany(ErrorsOf),
        .. spec.Nodes.GroupBy(node => node.Name).Where(same => same.Count() > 1).Select(same => $"two nodes are called {same.Key}"),
        .. ErrorsOfAddresses(spec),
    ];

    /// <summary>Throws <see cref="LabException"/> unless the name can be that of a lab, and of files and namespaces.</summary>
    internal static void CheckName(string lab)
    {
        if (!LabName().IsMatch(lab))
        {
            throw new LabException(LabFault.Configuration, ErrorOfName(lab));
        }
    }

    private static string ErrorOfName(string lab) => $"lab name '{lab}' is not 1 to 16 of a-z, A-Z, 0-9 and '_'";

    private static IEnumerable<string> ErrorsOfSettings(LabSpec spec)
    {
        if (!LabName().IsMatch(spec.Name))
        {
            yield return ErrorOfName(spec.Name);
        }

        if (spec.Nodes.Count == 0)
        {
            yield return "a lab needs at least one node";
        }

        if (spec.PrefixLength is < 8 or > 30)
        {
            yield return $"prefix length {spec.PrefixLength} is not between 8 and 30";
        }

        if (spec.ReadyWithin <= TimeSpan.Zero || spec.ReadyWithin > s_maxReadyWithin)
        {
            yield return $"the time to become ready, {spec.ReadyWithin}, is not above 0 and at most {s_maxReadyWithin}";
        }

        if (spec.StopWithin < TimeSpan.Zero || spec.StopWithin > LabSpec.MaxStopWithin)
        {
            yield return $"the time to stop, {spec.StopWithin}, is not from 0 to {LabSpec.MaxStopWithin}";
        }

        if (!CongestionControlName().IsMatch(spec.CongestionControl))
        {
            yield return $"congestion control '{spec.CongestionControl}' is not a name such as cubic";
        }
    }

    private static IEnumerable<string> ErrorsOf(LabNode node)
    {
        if (!NodeName().IsMatch(node.Name))
        {
            yield return $"node name '{node.Name}' is not 1 to 15 of a-z, 0-9 and '-', beginning and ending without '-'";
        }

        if (node.Name is Namespaces.Switch or LabNetwork.Bridge or "lo" or "all" or "default" or "localhost")
        {
            yield return $"node name '{node.Name}' already means something else in a lab";
        }

        if (Subnet.Parse(node.Address) is null)
        {
            yield return $"node {node.Name}: '{node.Address}' is not an IPv4 address such as 10.77.0.1";
        }

        if (node.Command.Count == 0)
        {
            yield return $"node {node.Name} has no command";
        }
        else if (Programs.Find(node.Command[0]) is null)
        {
            yield return $"node {node.Name}: there is no program {node.Command[0]}";
        }
    }

    private static IEnumerable<string> ErrorsOfAddresses(LabSpec spec)
    {
        foreach (IGrouping<string, LabNode> same in spec.Nodes.GroupBy(node => node.Address).Where(same => same.Count() > 1))
        {
            yield return $"nodes {string.Join(" and ", same.Select(node => node.Name))} have the same address {same.Key}";
        }

        if (spec.PrefixLength is < 8 or > 30)
        {
            yield break;
        }

        Subnet? shared = null;
        foreach (LabNode node in spec.Nodes)
        {
            if (Subnet.Parse(node.Address) is not uint address)
            {
                continue;
            }

            shared ??= Subnet.Around(address, spec.PrefixLength);
            if (!shared.Value.Contains(address))
            {
                yield return $"node {node.Name}: {node.Address} is not in {shared}, where the nodes before it are";
            }

            if (!Subnet.Around(address, spec.PrefixLength).IsHost(address))
            {
                yield return $"node {node.Name}: {node.Address} is the first or the last address of its /{spec.PrefixLength}";
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_]{1,16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabName();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex NodeName();

    [GeneratedRegex(@"^[a-z0-9_]{1,15}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CongestionControlName();
}
