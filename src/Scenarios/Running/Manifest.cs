using System.Text.Json;
using System.Text.Json.Serialization;
using NodeBox.Scenarios.Definition;
using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>How a run came about: what a reader needs to judge and to repeat it. Written as <c>manifest.json</c>.</summary>
public sealed record Manifest(
    int Schema,
    string RunId,
    ulong Seed,
    int Runs,
    string Command,
    string Connections,
    long BeginNs,
    long EndNs,
    string Driver,
    bool Complete,
    string? IncompleteReason,
    IReadOnlyList<ManifestScenario> Scenarios,
    IReadOnlyDictionary<string, string> Versions,
    IReadOnlyDictionary<string, ManifestNode> Nodes,
    IReadOnlyList<ManifestLink> Links)
{
    public const int CurrentSchema = 1;

    private const string FileName = "manifest.json";

    /// <summary>Writes the manifest into a run's folder.</summary>
    public void Write(string folder) =>
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, ManifestJson.Default.Manifest) + "\n");

    /// <summary>Notes what only the driver's starter knows, once the nodes of a finished run have ended.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="command">The command line that a person gave; the driver knows only its own.</param>
    /// <param name="exits">Node name to exit status; null where a node still runs.</param>
    /// <param name="failure">What ended the nodes before they were told to end, or null. It says more than that they did not answer.</param>
    public static void NoteEnd(string folder, string command, IReadOnlyDictionary<string, int?> exits, string? failure)
    {
        string path = Path.Combine(folder, FileName);
        Manifest manifest = JsonSerializer.Deserialize(File.ReadAllText(path), ManifestJson.Default.Manifest)
            ?? throw new RunException($"{path} is empty");
        Dictionary<string, ManifestNode> nodes = manifest.Nodes.ToDictionary(
            static node => node.Key,
            node => node.Value with { Exit = exits.GetValueOrDefault(node.Key) });
        Manifest noted = manifest with
        {
            Command = command,
            Complete = manifest.Complete && failure is null,
            IncompleteReason = failure ?? manifest.IncompleteReason,
            Nodes = nodes,
        };
        noted.Write(folder);
    }
}

/// <param name="Name">The scenario's name, as in the tables.</param>
/// <param name="File">The definition's file.</param>
/// <param name="Sha256">Its hash.</param>
/// <param name="Tasks">Tasks in each repetition.</param>
/// <param name="Concurrency">Tasks at once.</param>
/// <param name="Decide">Who decided what agents did, "script" or "model"; null for the baseline, and in older folders.</param>
/// <param name="Backends">Where agents found their LLM, "shared" or "separate"; null as before.</param>
public sealed record ManifestScenario(
    string Name, string File, string Sha256, int Tasks, int Concurrency, string? Decide = null, string? Backends = null)
{
    internal static ManifestScenario Of(Scenario scenario) => new(
        scenario.Name,
        scenario.File,
        scenario.Sha256,
        scenario.Tasks,
        scenario.Concurrency,
        scenario.IsBaseline ? null : scenario.Decide,
        scenario.IsBaseline ? null : scenario.Backends);
}

/// <param name="Role">The node's role expression.</param>
/// <param name="Kernel">Its kernel release.</param>
/// <param name="Rung">How flows were measured there: "tp_btf" or "none".</param>
/// <param name="RungReason">Why they were not, or null.</param>
/// <param name="CongestionControl">TCP congestion control of new connections.</param>
/// <param name="Exit">The node's exit status, or null while it was still running when the run ended.</param>
/// <param name="ClockBoundNs">Its clock differs from the driver's by at most this, in nanoseconds.</param>
/// <param name="Cpu">The node's process during the run; null if it did not last so long.</param>
/// <param name="Ledger">
/// Probe name to its balance during the run: until its last report if the node vanished, since its start if it was restarted.
/// </param>
/// <param name="DroppedRecords">Telemetry records that the node lost during the run; null if it vanished.</param>
/// <param name="Packets">Whether each packet was recorded.</param>
public sealed record ManifestNode(
    string Role,
    string Kernel,
    string Rung,
    string? RungReason,
    string CongestionControl,
    int? Exit,
    long ClockBoundNs,
    ManifestCpu? Cpu,
    IReadOnlyDictionary<string, LedgerEntry> Ledger,
    long? DroppedRecords,
    bool Packets = false);

/// <param name="Busy">CPU time of the node's process over wall time: 1 is one core busy.</param>
/// <param name="RunQueueDelayMs">Time its threads waited for a CPU, in milliseconds.</param>
public sealed record ManifestCpu(double Busy, double RunQueueDelayMs);

/// <param name="From">The driver's node.</param>
/// <param name="To">The other node.</param>
/// <param name="Asked">What was asked of the link: "none" where nothing is emulated.</param>
/// <param name="Achieved">What was measured on it before the first task.</param>
public sealed record ManifestLink(string From, string To, string Asked, ManifestLinkAchieved Achieved);

/// <param name="HttpRoundTripUs">The fastest of five control requests, in microseconds: an upper bound of the link's round trip.</param>
public sealed record ManifestLinkAchieved(long HttpRoundTripUs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
