using System.Text.Json;
using System.Text.Json.Serialization;
using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis;

/// <summary>The statistics of a run, as <c>summary.json</c> holds them.</summary>
/// <param name="Schema">Version of this format.</param>
/// <param name="RunId">The run.</param>
/// <param name="Notes">What a reader must know before trusting the figures.</param>
/// <param name="Scenarios">Scenario to its metrics, in the order of the report.</param>
/// <param name="Comparisons">Every pair of scenarios, the earlier one as <c>a</c>, in every metric that both have.</param>
public sealed record Summary(
    int Schema,
    string RunId,
    IReadOnlyList<string> Notes,
    IReadOnlyDictionary<string, ScenarioSummary> Scenarios,
    IReadOnlyList<Comparison> Comparisons)
{
    public const int CurrentSchema = 1;

    public static Summary Of(RunFolder folder)
    {
        Dictionary<string, ScenarioSummary> scenarios = [];
        foreach (string scenario in folder.Scenarios)
        {
            scenarios[scenario] = ScenarioSummary.Of(folder, scenario);
        }

        return new Summary(CurrentSchema, folder.Manifest.RunId!, folder.Notes, scenarios, Comparison.AllOf(folder));
    }

    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteJson(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, SummaryJson.Default.Summary) + "\n");
}

/// <param name="Metrics">Metric key to its statistics; a metric that was not measured is absent.</param>
public sealed record ScenarioSummary(IReadOnlyDictionary<string, MetricSummary> Metrics)
{
    internal static ScenarioSummary Of(RunFolder folder, string scenario)
    {
        Dictionary<string, MetricSummary> metrics = [];
        foreach (Metric metric in Metric.All)
        {
            if (folder.Values.Sample(scenario, metric) is { } sample)
            {
                metrics[metric.Key] = MetricSummary.Of(sample, metric.Unit);
            }
            else if (folder.Values.Bucketed(scenario, metric) is { } bucketed)
            {
                metrics[metric.Key] = MetricSummary.Of(bucketed, metric.Unit);
            }
        }

        return new ScenarioSummary(metrics);
    }
}

/// <summary>
/// One metric in one scenario. Quantiles are of type 7, or linear within a bucket where only buckets are known; intervals are
/// percentile-bootstrap intervals of 95 %.
/// </summary>
/// <param name="Unit">The unit of every figure here but <paramref name="N"/>.</param>
/// <param name="N">How many values: tasks, flows, calls, or what is counted in buckets.</param>
/// <param name="Mean">The arithmetic mean.</param>
/// <param name="P50">The median.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="Ci95">Keys mean, p50, p95 and p99 to [low, high].</param>
public sealed record MetricSummary(
    string Unit,
    long N,
    double Mean,
    double P50,
    double P95,
    double P99,
    IReadOnlyDictionary<string, double[]> Ci95)
{
    internal static MetricSummary Of(Sample sample, string unit) =>
        Of(unit, sample.Count, sample.Mean, sample.Quantile, Bootstrap.Of(sample));

    internal static MetricSummary Of(BucketedSample sample, string unit) =>
        Of(unit, (long)sample.Pooled.Total, sample.Pooled.Mean, sample.Pooled.Quantile, Bootstrap.Of(sample));

    private static MetricSummary Of(string unit, long n, double mean, Func<double, double> quantile, SampleIntervals intervals)
    {
        Dictionary<string, double[]> ci95 = new()
        {
            ["mean"] = [intervals.Mean.Low, intervals.Mean.High],
            ["p50"] = [intervals.P50.Low, intervals.P50.High],
            ["p95"] = [intervals.P95.Low, intervals.P95.High],
            ["p99"] = [intervals.P99.Low, intervals.P99.High],
        };
        return new MetricSummary(unit, n, mean, quantile(0.5), quantile(0.95), quantile(0.99), ci95);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Summary))]
internal sealed partial class SummaryJson : JsonSerializerContext;
