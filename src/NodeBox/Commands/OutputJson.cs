using System.Text.Json;
using System.Text.Json.Serialization;
using NodeBox.Analysis.Checks;
using NodeBox.Scenarios.Running;

namespace NodeBox.Commands;

/// <param name="RunDirectory">The run folder.</param>
/// <param name="Tasks">Tasks that ended.</param>
/// <param name="FailedTasks">Those that did not succeed.</param>
/// <param name="IncompleteReason">Why the run is incomplete, or null.</param>
/// <param name="Checks">What was checked of the run folder.</param>
internal sealed record RunLine(string RunDirectory, long Tasks, long FailedTasks, string? IncompleteReason, IReadOnlyList<Check> Checks);

/// <summary>JSON lines of commands.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(OutcomeNames)])]
[JsonSerializable(typeof(RunProgress))]
[JsonSerializable(typeof(RunLine))]
internal sealed partial class OutputJson : JsonSerializerContext;

internal sealed class OutcomeNames() : JsonStringEnumConverter<CheckOutcome>(JsonNamingPolicy.SnakeCaseLower);
