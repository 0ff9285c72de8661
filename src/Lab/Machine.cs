using System.Globalization;

namespace NodeBox.Lab;

/// <summary>What a lab needs of this machine, checked before anything is made.</summary>
internal static class Machine
{
    private const int CapNetAdmin = 12;
    private const int CapSysAdmin = 21;

    internal static void Check()
    {
        if (!File.Exists("/proc/self/ns/net"))
        {
            throw new LabException(LabFault.Machine, "this kernel has no network namespaces (CONFIG_NET_NS)");
        }

        if (!Has(CapNetAdmin) || !Has(CapSysAdmin))
        {
            throw new LabException(LabFault.Machine, "a lab needs root, or CAP_NET_ADMIN and CAP_SYS_ADMIN: run it with sudo");
        }

        _ = Programs.Ip;
        _ = Programs.Setsid;
    }

    private static bool Has(int capability)
    {
        const string Field = "CapEff:";
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        ulong effective = ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (effective >> capability & 1) == 1;
    }
}
