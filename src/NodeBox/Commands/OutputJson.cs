using System.Text.Json;
using System.Text.Json.Serialization;
using NodeBox.Analysis.Checks;
using NodeBox.Llama.Devices;
using NodeBox.Scenarios.Running;

namespace NodeBox.Commands;

/// <param name="RunDirectory">The run folder.</param>
/// <param name="Tasks">Tasks that ended.</param>
/// <param name="FailedTasks">Those that did not succeed.</param>
/// <param name="JudgedTasks">Those in which agents' models decided.</param>
/// <param name="CorrectTasks">Those of them in which the models decided on the calls that were expected.</param>
/// <param name="TimedReplies">Replies of models whose times are in the folder's <see cref="Analysis.TimingTrace.FileName"/>.</param>
/// <param name="IncompleteReason">Why the run is incomplete, or null.</param>
/// <param name="Notes">What a reader must know before trusting the figures.</param>
/// <param name="Checks">What was checked of the run folder.</param>
internal sealed record RunLine(
    string RunDirectory,
    long Tasks,
    long FailedTasks,
    long JudgedTasks,
    long CorrectTasks,
    int TimedReplies,
    string? IncompleteReason,
    IReadOnlyList<string> Notes,
    IReadOnlyList<Check> Checks);

/// <summary>JSON lines of commands.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(OutcomeNames)])]
[JsonSerializable(typeof(RunProgress))]
[JsonSerializable(typeof(RunLine))]
[JsonSerializable(typeof(ModelLine))]
[JsonSerializable(typeof(PulledLine))]
[JsonSerializable(typeof(DeviceFindings))]
internal sealed partial class OutputJson : JsonSerializerContext;

internal sealed class OutcomeNames() : JsonStringEnumConverter<CheckOutcome>(JsonNamingPolicy.SnakeCaseLower);
