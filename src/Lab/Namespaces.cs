using System.Globalization;

namespace NodeBox.Lab;

/// <summary>The network namespaces of a lab: <c>nb-LAB-NODE</c>, and <c>nb-LAB-switch</c> for the bridge.</summary>
internal static class Namespaces
{
    internal const string Switch = "switch";

    private const string MountPoints = "/run/netns";
    private const string PerNamespaceEtc = "/etc/netns";

    internal static string Of(string lab, string node) => $"nb-{lab}-{node}";

    /// <summary>Folder whose <c>hosts</c> file <c>ip netns exec</c> puts in the place of /etc/hosts.</summary>
    internal static string Etc(string @namespace) => Path.Combine(PerNamespaceEtc, @namespace);

    /// <summary>Command line that runs what follows it in the namespace.</summary>
    internal static IReadOnlyList<string> ExecPrefix(string @namespace) => [Programs.Ip, "netns", "exec", @namespace];

    /// <summary>The namespaces that a lab of this name has on this machine.</summary>
    internal static IReadOnlyList<string> Existing(string lab) => Entries(MountPoints, lab);

    /// <summary>Kills what lives in the lab's namespaces, then removes them and their hosts files. Returns how many namespaces there were.</summary>
    internal static int RemoveAll(string lab)
    {
        IReadOnlyList<string> existing = Existing(lab);
        foreach (string @namespace in existing)
        {
            KillProcesses(@namespace);
            Programs.RunIp("netns", "del", @namespace);
        }

        foreach (string folder in Entries(PerNamespaceEtc, lab).Select(Etc))
        {
            Directory.Delete(folder, recursive: true);
        }

        return existing.Count;
    }

    /// <summary>Processes are looked for again until none is left, for one of them may have forked in between.</summary>
    private static void KillProcesses(string @namespace)
    {
        DateTime until = DateTime.UtcNow + TimeSpan.FromSeconds(5);
        while (true)
        {
            string[] pids = Programs.RunIp("netns", "pids", @namespace).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (pids.Length == 0)
            {
                return;
            }

            if (DateTime.UtcNow > until)
            {
                throw new LabException(LabFault.Failed, $"processes in namespace {@namespace} survive SIGKILL: {string.Join(", ", pids)}");
            }

            foreach (string pid in pids)
            {
                Libc.Kill(int.Parse(pid, CultureInfo.InvariantCulture), Libc.SigKill);
            }

            Thread.Sleep(10);
        }
    }

    private static IReadOnlyList<string> Entries(string folder, string lab) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFileSystemEntries(folder, Of(lab, "*")).Select(entry => Path.GetFileName(entry))]
        : [];
}
