using System.Globalization;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>The memory of a process, in bytes.</summary>
/// <param name="Resident">What it has resident, mapped files included.</param>
/// <param name="Peak">The most that it ever had.</param>
internal readonly record struct ProcessMemory(long Resident, long Peak)
{
    /// <summary>Null for a process that has ended.</summary>
    public static ProcessMemory? Of(int processId)
    {
        try
        {
            string[] lines = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status"));
            return Bytes(lines, "VmRSS:") is { } resident && Bytes(lines, "VmHWM:") is { } peak ? new ProcessMemory(resident, peak) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // "VmRSS:	   19012 kB", see proc(5); one that has ended but was not waited for has no such line.
    private static long? Bytes(string[] lines, string name)
    {
        string? line = Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? null : 1024 * long.Parse(line[name.Length..^" kB".Length], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }
}
