using System.Text.Json.Serialization;

namespace NodeBox.Benchmarks.Llm;

/// <summary>What `./dev bench llm` saves as artifacts/bench/llm.json.</summary>
internal sealed record LlmResult
{
    public required Machine Machine { get; init; }

    /// <summary>The package and the library that was compared with.</summary>
    public required string Peer { get; init; }

    public required int Rounds { get; init; }

    public required int Threads { get; init; }

    public required IReadOnlyList<LevelComparison> Levels { get; init; }

    /// <summary>Resident memory after all rounds, in MB of 10^6 bytes.</summary>
    public required double NodeMb { get; init; }

    public required double PeerMb { get; init; }

    public required HttpCost Http { get; init; }

    public required Growth Growth { get; init; }
}

/// <summary>Both servers with so many clients.</summary>
/// <param name="Clients">Simultaneous requests.</param>
/// <param name="Node">nodebox.</param>
/// <param name="Peer">node-llama-cpp.</param>
/// <param name="TokensPerSecond">The median over the rounds of nodebox's tokens per second as a multiple of the peer's in the same round.</param>
/// <param name="SameTexts">Answers that were the same text, of <paramref name="Answers"/>.</param>
/// <param name="Answers">Requests that each server answered.</param>
internal sealed record LevelComparison(int Clients, ServerFigures Node, ServerFigures Peer, Ratio TokensPerSecond, int SameTexts, int Answers);

/// <summary>One server at one level: tokens per second of all clients together, the median over rounds; times over all requests.</summary>
internal sealed record ServerFigures(double TokensPerSecond, double FirstTokenP50Ms, double FirstTokenP99Ms, double GapP50Ms, double GapP99Ms);

[JsonSourceGenerationOptions(WriteIndented = false)]
[JsonSerializable(typeof(LlmResult))]
internal sealed partial class LlmBenchJson : JsonSerializerContext;
