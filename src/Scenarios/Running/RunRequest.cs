using NodeBox.Scenarios.Definition;

namespace NodeBox.Scenarios.Running;

/// <summary>What to run.</summary>
/// <param name="Scenarios">In the order in which each repetition drives them.</param>
/// <param name="Runs">How often to repeat all of them.</param>
/// <param name="Seed">Makes the tasks: the same seed gives the same tasks.</param>
/// <param name="OutDirectory">The parent of the run folder.</param>
/// <param name="Command">The command line, for the manifest.</param>
/// <param name="Versions">What the driver is built from, for the manifest.</param>
public sealed record RunRequest(
    IReadOnlyList<Scenario> Scenarios,
    int Runs,
    ulong Seed,
    string OutDirectory,
    string Command,
    IReadOnlyDictionary<string, string> Versions);

/// <param name="Folder">The run folder.</param>
/// <param name="Tasks">Tasks that ended.</param>
/// <param name="FailedTasks">Those that did not succeed.</param>
/// <param name="IncompleteReason">Why the run is incomplete, or null.</param>
/// <param name="Interrupted">Ended by the user.</param>
public sealed record RunResult(string Folder, int Tasks, int FailedTasks, string? IncompleteReason, bool Interrupted);
