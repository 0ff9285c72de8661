namespace NodeBox.Smoke.Tests;

/// <summary>What a lab must not leave on the machine.</summary>
internal static class Leftovers
{
    /// <summary>An environment variable that every process of a test inherits.</summary>
    public const string Mark = "NODEBOX_SMOKE_TEST";

    /// <summary>The lab's namespaces and hosts files, and the test's processes.</summary>
    public static IReadOnlyList<string> Of(string lab, string folder) =>
    [
        .. Entries("/run/netns", lab),
        .. Entries("/etc/netns", lab),
        .. Processes(folder),
    ];

    /// <summary>Processes that the test in <paramref name="folder"/> started, with their command lines.</summary>
    public static IReadOnlyList<string> Processes(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(process => IsMarked(process, folder))
            .Select(static process => $"{process} {CommandOf(process)}"),
    ];

    private static IEnumerable<string> Entries(string parent, string lab) =>
        Directory.Exists(parent) ? Directory.EnumerateFileSystemEntries(parent, $"nb-{lab}-*") : [];

    private static bool IsMarked(string process, string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "environ")).Split('\0').Contains($"{Mark}={folder}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is no process, or another user's, or is gone by now.
            return false;
        }
    }

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "(ended meanwhile)";
        }
    }
}
