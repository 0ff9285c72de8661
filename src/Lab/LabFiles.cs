namespace NodeBox.Lab;

/// <summary>Where the files of the lab called <paramref name="name"/> are. All go when it is taken down.</summary>
internal sealed class LabFiles(string name)
{
    internal const string Root = "/run/nodebox/labs";

    internal string Directory { get; } = Path.Combine(Root, name);

    internal string Lock => Path.Combine(Directory, "lock");

    internal string Owner => Path.Combine(Directory, "owner");

    internal string State => Path.Combine(Directory, "state.json");

    internal string Logs => Path.Combine(Directory, "logs");

    internal string Ready(string node) => Path.Combine(Directory, "ready", node);

    /// <summary>Empties the folder of what an earlier lab left. The caller holds the lock.</summary>
    internal void Clear()
    {
        File.Delete(State);
        foreach (string folder in System.IO.Directory.EnumerateDirectories(Directory))
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Removes the folder. The caller holds the lock, which becomes void for those who wait for it.</summary>
    internal void Remove() => System.IO.Directory.Delete(Directory, recursive: true);
}
