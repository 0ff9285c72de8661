using System.Text.Json.Serialization;

namespace NodeBox.Roles.Collector;

/// <summary>The body of <c>POST /api/runs</c>.</summary>
internal sealed record RunStart(string? RunId);

/// <summary>What <c>POST /api/runs/{id}/finish</c> answers.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Files">Paths below <c>/api/runs/{id}/files/</c>.</param>
/// <param name="Ledgers">The last balance of each probe of each node.</param>
internal sealed record RunFiles(string RunId, IReadOnlyList<string> Files, IReadOnlyList<ProbeLedger> Ledgers);

/// <summary>A probe's balance since its node started.</summary>
internal sealed record ProbeLedger(
    string Node,
    string Probe,
    long AtNs,
    long Seen,
    long Filtered,
    long Aggregated,
    long Emitted,
    long Dropped,
    long Missed,
    IReadOnlyList<string> Figures);

/// <summary>What <c>GET /health</c> answers.</summary>
internal sealed record CollectorHealth(string Status, string? ActiveRun);

/// <summary>The body of every refusal.</summary>
internal sealed record Refusal(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunStart))]
[JsonSerializable(typeof(RunFiles))]
[JsonSerializable(typeof(CollectorHealth))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class CollectorJson : JsonSerializerContext;
