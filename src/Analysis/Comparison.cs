using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis;

/// <summary>How scenario b differs from scenario a in one metric.</summary>
/// <param name="A">The scenario compared with.</param>
/// <param name="B">The scenario compared.</param>
/// <param name="Metric">The metric's key.</param>
/// <param name="Effect">Cliff's delta in [−1, 1]: positive where b tends to larger values.</param>
/// <param name="Ci95">[low, high] of the effect.</param>
/// <param name="PAdjusted">Two-sided Mann-Whitney, adjusted by Holm over all comparisons of the run.</param>
/// <param name="Shift">The Hodges-Lehmann shift b − a, in the metric's unit.</param>
/// <param name="ShiftCi95">[low, high] of the shift.</param>
public sealed record Comparison(
    string A,
    string B,
    string Metric,
    double Effect,
    double[] Ci95,
    double PAdjusted,
    double Shift,
    double[] ShiftCi95)
{
    internal static IReadOnlyList<Comparison> AllOf(RunFolder folder)
    {
        List<Comparison> unadjusted = [];
        foreach ((string a, string b) in Pairs(folder.Scenarios))
        {
            foreach (Metric metric in Metrics.Metric.All)
            {
                if (folder.Values.Sample(a, metric) is { } of && folder.Values.Sample(b, metric) is { } to)
                {
                    unadjusted.Add(Compare(a, b, metric, of, to));
                }
            }
        }

        double[] adjusted = Holm.Adjust([.. unadjusted.Select(comparison => comparison.PAdjusted)]);
        return [.. unadjusted.Zip(adjusted, (comparison, p) => comparison with { PAdjusted = p })];
    }

    private static Comparison Compare(string a, string b, Metric metric, Sample of, Sample to)
    {
        Interval effect = Bootstrap.OfCliffsDelta(of, to);
        HodgesLehmann shift = HodgesLehmann.Of(of, to);
        return new Comparison(
            a,
            b,
            metric.Key,
            CliffsDelta.Of(of, to),
            [effect.Low, effect.High],
            MannWhitney.Of(of, to).P,
            shift.Value,
            [shift.Ci95.Low, shift.Ci95.High]);
    }

    private static IEnumerable<(string A, string B)> Pairs(IReadOnlyList<string> scenarios)
    {
        for (int a = 0; a < scenarios.Count; a++)
        {
            for (int b = a + 1; b < scenarios.Count; b++)
            {
                yield return (scenarios[a], scenarios[b]);
            }
        }
    }
}
