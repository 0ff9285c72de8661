using System.Globalization;

namespace NodeBox.Smoke.Tests.Llm;

/// <summary>What an llm node says at /metrics.</summary>
internal sealed class LlmCounters(string text)
{
    private const string Requests = "nodebox_llm_requests_total";

    /// <summary>Answers by status, those to clients that had gone (499) included.</summary>
    public IReadOnlyDictionary<int, int> Answered { get; } = ByLabel(text, Requests)
        .ToDictionary(static entry => int.Parse(entry.Key, CultureInfo.InvariantCulture), static entry => entry.Value);

    /// <summary>Refusals by their code.</summary>
    public IReadOnlyDictionary<string, int> Rejected { get; } = ByLabel(text, "nodebox_llm_rejections_total");

    /// <summary>Generations by how they ended.</summary>
    public IReadOnlyDictionary<string, int> Generations { get; } = ByLabel(text, "nodebox_llm_generations_total");

    /// <summary>Whether nothing is being served and nothing waits.</summary>
    public bool IsQuiet => Value("nodebox_llm_slots_active") == 0 && Value("nodebox_llm_queued") == 0;

    public int Value(string name) => text.Split('\n')
        .Where(line => line.StartsWith(name + '{', StringComparison.Ordinal))
        .Sum(Sample);

    /// <summary>All that is counted.</summary>
    public override string ToString() => string.Join('\n', text.Split('\n').Where(static line => line.Contains("_total{")));

    // nodebox_llm_requests_total{model="testbed",status="200"} 4711, or without a model where none was chosen.
    private static Dictionary<string, int> ByLabel(string text, string name) => text.Split('\n')
        .Where(line => line.StartsWith(name + '{', StringComparison.Ordinal))
        .GroupBy(static line => line.Split('"')[^2], Sample)
        .ToDictionary(static group => group.Key, static group => group.Sum());

    private static int Sample(string line) => int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
