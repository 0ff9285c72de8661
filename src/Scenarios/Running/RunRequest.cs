using NodeBox.Scenarios.Definition;
using NodeBox.Telemetry;

namespace NodeBox.Scenarios.Running;

/// <summary>What to run.</summary>
/// <param name="RunId">Names the run and its folder: see <see cref="Running.RunId"/>.</param>
/// <param name="Scenarios">As they were asked for; once for each of its variants. See <see cref="InOrder"/>.</param>
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

    /// <summary>
    /// The scenarios as one repetition drives them: as they were asked for, but a scenario's variants take turns in being the first of them,
    /// so that what changes within a repetition (warm caches, a busy machine) changes each of them. The seed says which one begins.
    /// </summary>
    /// <param name="rep">The repetition, from 1.</param>
    public IReadOnlyList<Scenario> InOrder(int rep)
    {
        Dictionary<string, Queue<Scenario>> variants = Scenarios
            .GroupBy(static scenario => scenario.Name)
            .ToDictionary(static same => same.Key, same => new Queue<Scenario>(TakingTurns([.. same], rep)));
        return [.. Scenarios.Select(scenario => variants[scenario.Name].Dequeue())];
    }

    private IEnumerable<Scenario> TakingTurns(Scenario[] variants, int rep)
    {
        int first = (new SplitMix64(Seed).NextInt(variants.Length) + rep - 1) % variants.Length;
        return variants.Skip(first).Concat(variants.Take(first));
    }

    /// <summary>The run folder.</summary>
    public string Folder => Path.Combine(OutDirectory, RunId);
}
