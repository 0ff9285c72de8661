using NodeBox.Scenarios.Definition;

namespace NodeBox.Scenarios.Running;

/// <summary>What to run.</summary>
/// <param name="RunId">Names the run and its folder: see <see cref="Running.RunId"/>.</param>
/// <param name="Scenarios">In the order in which each repetition drives them; once for each of its variants.</param>
/// <param name="Runs">How often to repeat all of them.</param>
/// <param name="Seed">Makes the tasks: the same seed gives the same tasks.</param>
/// <param name="OutDirectory">The parent of the run folder.</param>
/// <param name="Command">The command line, for the manifest.</param>
/// <param name="Versions">What the driver is built from, for the manifest.</param>
public sealed record RunRequest(
    string RunId,
    IReadOnlyList<Scenario> Scenarios,
    int Runs,
    ulong Seed,
    string OutDirectory,
    string Command,
    IReadOnlyDictionary<string, string> Versions)
{
    /// <summary>Whether every node that measures flows must record packets.</summary>
    public bool Packets { get; init; }

    /// <summary>Whether agents have two topologies, so that a task must say which one it runs in.</summary>
    public bool ComparesBackends =>
        Scenarios.Where(static scenario => !scenario.IsBaseline).Select(static scenario => scenario.Backends).Distinct().Count() > 1;

    /// <summary>Whether models' replies are timed token by token.</summary>
    public bool RecordTiming { get; init; }

    /// <summary>The run folder.</summary>
    public string Folder => Path.Combine(OutDirectory, RunId);
}
