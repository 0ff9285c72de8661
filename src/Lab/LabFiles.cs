namespace NodeBox.Lab;

/// <summary>Where the files of one lab are. All go when it is taken down.</summary>
internal sealed class LabFiles
{
    internal const string Root = "/run/nodebox/labs";

    /// <summary>Throws <see cref="LabException"/> when the name is none: it may come from a command line, and is about to be part of a path.</summary>
    internal LabFiles(string name)
    {
        SpecRules.CheckName(name);
        Directory = Path.Combine(Root, name);
    }

    internal string Directory { get; }

    internal string Lock => Path.Combine(Directory, "lock");

    internal string Owner => Path.Combine(Directory, "owner");

    internal string State => Path.Combine(Directory, "state.json");

    internal string Logs => Path.Combine(Directory, "logs");

    internal string Ready(string node) => Path.Combine(Directory, "ready", node);

    /// <summary>Empties the folder of what an earlier lab left. The caller holds the lock.</summary>
    internal void Clear()
    {
        foreach (string file in System.IO.Directory.EnumerateFiles(Directory).Where(file => file != Lock && file != Owner))
        {
            File.Delete(file);
        }

        foreach (string folder in System.IO.Directory.EnumerateDirectories(Directory))
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Removes the folder. The caller holds the lock, which ends with this; so it goes last.</summary>
    internal void Remove()
    {
        Clear();
        File.Delete(Owner);
        File.Delete(Lock);
        try
        {
            System.IO.Directory.Delete(Directory);
        }
        catch (IOException)
        {
            // Another has taken the lab since, and made a lock in the folder or removed it.
        }
    }
}
