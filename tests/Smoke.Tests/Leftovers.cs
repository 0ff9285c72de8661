using System.Globalization;

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
    public static IReadOnlyList<string> Processes(string folder) => [.. Marked(folder).Select(static process => $"{process} {CommandOf(process)}")];

    /// <summary>Resident memory of all processes that the test in <paramref name="folder"/> has running.</summary>
    public static long ResidentBytes(string folder) => Marked(folder).Sum(ResidentBytesOf);

    private static IEnumerable<string> Marked(string folder) =>
        Directory.EnumerateDirectories("/proc").Where(process => IsMarked(process, folder));

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

    private static long ResidentBytesOf(string process)
    {
        try
        {
            // "VmRSS:	   19012 kB", see proc(5); a process that has ended and was not waited for has no such line.
            string? line = File.ReadLines(Path.Combine(process, "status")).FirstOrDefault(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
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
