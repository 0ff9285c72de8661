using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Analysis;

/// <summary>
/// <c>manifest.json</c> as a reader of the run folder sees it: only <c>run_id</c> and <c>nodes</c> are required, so that a folder of
/// another version or another tool can still be analysed. Fields that are not here are ignored. Its twin, which writes every field, is
/// the Manifest of Scenarios: the run folder is all that running and analysing share. A test reads back what that one writes.
/// </summary>
public sealed record Manifest
{
    public string? RunId { get; init; }

    public ulong? Seed { get; init; }

    public string? Command { get; init; }

    public string? Connections { get; init; }

    /// <summary>False: the run was cut short.</summary>
    public bool? Complete { get; init; }

    public string? IncompleteReason { get; init; }

    public IReadOnlyList<ManifestScenario>? Scenarios { get; init; }

    public IReadOnlyDictionary<string, string>? Versions { get; init; }

    public IReadOnlyDictionary<string, ManifestNode>? Nodes { get; init; }

    public IReadOnlyList<ManifestLink>? Links { get; init; }

    /// <summary>Why the run is incomplete; null if it is complete, or does not say.</summary>
    [JsonIgnore]
    public string? WhyIncomplete => IncompleteReason ?? (Complete == false ? "no reason recorded" : null);

    /// <summary>Every probe's balance, with the node that the probe was on.</summary>
    [JsonIgnore]
    public IEnumerable<(string Node, string Probe, ManifestLedger Ledger)> Ledgers =>
        from node in Nodes
        from probe in node.Value.Ledger ?? new Dictionary<string, ManifestLedger>()
        select (node.Key, probe.Key, probe.Value);

    /// <exception cref="RunFolderException">The file is missing, no JSON, or lacks what is required.</exception>
    public static Manifest Read(string path)
    {
        Manifest manifest;
        try
        {
            using FileStream file = File.OpenRead(path);
            manifest = JsonSerializer.Deserialize(file, ManifestJson.Default.Manifest) ?? new Manifest();
        }
        catch (JsonException e)
        {
            throw new RunFolderException($"{path}: not a manifest: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{path}: cannot be read: {e.Message}", e);
        }

        return manifest switch
        {
            { RunId: null } => throw new RunFolderException($"{path}: has no run_id"),
            { Nodes: null } => throw new RunFolderException($"{path}: has no nodes"),
            { Nodes: { } nodes } when nodes.Values.Contains(null) => throw new RunFolderException($"{path}: a node is null"),
            _ => manifest,
        };
    }
}

/// <summary>One scenario definition of the run.</summary>
public sealed record ManifestScenario(string? Name, string? File, string? Sha256, int? Tasks, int? Concurrency);

/// <summary>One node during the run.</summary>
/// <param name="Role">Its role expression.</param>
/// <param name="Kernel">The kernel release.</param>
/// <param name="Rung">How flows were measured there; null or "none": not at all.</param>
/// <param name="RungReason">Why not.</param>
/// <param name="CongestionControl">TCP congestion control of new connections.</param>
/// <param name="Exit">The exit status, or null while the node still ran.</param>
/// <param name="ClockBoundNs">How far its clock can be from the driver's, in nanoseconds.</param>
/// <param name="Cpu">The node's process during the run.</param>
/// <param name="Ledger">Probe name to its balance.</param>
/// <param name="DroppedRecords">Telemetry records that a full spool dropped.</param>
public sealed record ManifestNode(
    string? Role,
    string? Kernel,
    string? Rung,
    string? RungReason,
    string? CongestionControl,
    int? Exit,
    long? ClockBoundNs,
    ManifestCpu? Cpu,
    IReadOnlyDictionary<string, ManifestLedger>? Ledger,
    long? DroppedRecords)
{
    /// <summary>Whether the node's kernel told of its flows.</summary>
    [JsonIgnore]
    public bool MeasuresFlows => Rung is not (null or "" or "none");
}

/// <param name="Busy">CPU time over wall time: 1 is one core busy.</param>
/// <param name="RunQueueDelayMs">Time spent waiting for a CPU, in milliseconds.</param>
public sealed record ManifestCpu(double? Busy, double? RunQueueDelayMs);

/// <summary>
/// A probe's balance: Seen = Filtered + Aggregated + Emitted + Dropped. Missed events were never seen. Figures are those that lack
/// something if any were lost; a manifest need not name them.
/// </summary>
public sealed record ManifestLedger(
    long Seen, long Filtered, long Aggregated, long Emitted, long Dropped, long Missed, IReadOnlyList<string>? Figures = null)
{
    [JsonIgnore]
    public bool Balances => Seen == Filtered + Aggregated + Emitted + Dropped;

    [JsonIgnore]
    public bool LostAny => Dropped != 0 || Missed != 0;
}

/// <summary>A link; what was asked and achieved is text or an object, by how the link was made.</summary>
public sealed record ManifestLink(string? From, string? To, JsonElement? Asked, JsonElement? Achieved);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
