namespace NodeBox.Configuration;

/// <summary>Finds scenario files by name.</summary>
public static class ScenarioFiles
{
    private static string Shipped => Path.Combine(AppContext.BaseDirectory, "scenarios");

    /// <summary>A path as it is, else ./scenarios/NAME.toml, else the one that comes with nodebox.</summary>
    /// <exception cref="NodeBoxException">There is none.</exception>
    public static string Find(string name)
    {
        string[] candidates = name.EndsWith(".toml", StringComparison.Ordinal)
            ? [name]
            : [Path.Combine("scenarios", $"{name}.toml"), Path.Combine(Shipped, $"{name}.toml")];
        return candidates.FirstOrDefault(File.Exists) ?? throw new NodeBoxException(
            ExitCodes.Usage,
            $"there is no scenario {name} (looked for {string.Join(" and ", candidates)}). "
            + $"Known: {string.Join(", ", All().Select(Path.GetFileNameWithoutExtension))}.");
    }

    /// <summary>The files of every scenario that a name finds.</summary>
    public static IEnumerable<string> All() => FilesOf("scenarios")
        .Concat(FilesOf(Shipped))
        .DistinctBy(Path.GetFileNameWithoutExtension)
        .OrderBy(Path.GetFileNameWithoutExtension, StringComparer.Ordinal);

    private static string[] FilesOf(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "*.toml") : [];
}
