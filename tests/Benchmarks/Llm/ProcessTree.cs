using System.Globalization;

namespace NodeBox.Benchmarks.Llm;

/// <summary>A process with all that it started.</summary>
internal static class ProcessTree
{
    private const int ParentField = 1;

    public static long ResidentBytes(int pid) => Of(pid).Sum(ResidentBytesOf);

    private static IEnumerable<int> Of(int root)
    {
        ILookup<int, int> children = Directory.EnumerateDirectories("/proc")
            .Select(static folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
            .Where(static pid => pid > 0)
            .ToLookup(ParentOf);
        Queue<int> left = new([root]);
        while (left.TryDequeue(out int pid))
        {
            yield return pid;
            foreach (int child in children[pid])
            {
                left.Enqueue(child);
            }
        }
    }

    // "4711 (a name) S 1 …", see proc(5): the name may have spaces and parentheses. 0 where the process has gone.
    private static int ParentOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[ParentField], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long ResidentBytesOf(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status").Single(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }
}
