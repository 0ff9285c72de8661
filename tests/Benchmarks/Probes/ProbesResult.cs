using System.Text.Json.Serialization;

namespace NodeBox.Benchmarks.Probes;

/// <summary>What `./dev bench probes` saves as artifacts/bench/probes.json.</summary>
internal sealed record ProbesResult
{
    public required Machine Machine { get; init; }

    public required int Rounds { get; init; }

    public required int RequestsPerSecond { get; init; }

    public required IReadOnlyList<Comparison> Comparisons { get; init; }

    public required IReadOnlyList<ProgramTime> Programs { get; init; }

    /// <summary>The median over all attachments, each in a new process.</summary>
    public required double AttachMs { get; init; }

    /// <summary>The median over blocks.</summary>
    public required double CutNs { get; init; }

    public required NodeCost Node { get; init; }
}

/// <summary>One watch against none, in the same rounds.</summary>
/// <param name="PingPongNs">Median CPU ns of a 64-byte round trip.</param>
/// <param name="ConnectNs">Median CPU ns of connect, 64 bytes there and back, close.</param>
/// <param name="P99Us">Median over the rounds of the requests' p99 latency.</param>
/// <param name="ConnectReader">The reader's own CPU per connection, as a share of what a connection costs without a watcher.</param>
internal sealed record Comparison(
    string Watch,
    double PingPongNs,
    double ConnectNs,
    double P99Us,
    Ratio PingPong,
    Ratio Connect,
    Ratio P99,
    Ratio PingPongReader,
    Ratio ConnectReader);

/// <summary>The median over the clocked rounds of a program's average run.</summary>
internal sealed record ProgramTime(string Tracepoint, double Nanoseconds);

[JsonSourceGenerationOptions(WriteIndented = false)]
[JsonSerializable(typeof(WatcherReport))]
[JsonSerializable(typeof(ProbesResult))]
internal sealed partial class BenchJson : JsonSerializerContext;
