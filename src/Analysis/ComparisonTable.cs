using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis;

/// <summary>The comparison as text, for a terminal or a page: one row a figure, one column a scenario.</summary>
/// <param name="Columns">Headings; the first column names the figure and its unit.</param>
/// <param name="Rows">Cells, as many as there are columns.</param>
/// <param name="Caption">What the cells hold.</param>
/// <param name="Notes">What a reader must know before trusting the figures.</param>
public sealed record ComparisonTable(
    IReadOnlyList<string> Columns,
    IReadOnlyList<IReadOnlyList<string>> Rows,
    string Caption,
    IReadOnlyList<string> Notes)
{
    public const string NotMeasured = "not measured";

    private static readonly IReadOnlyList<Figure> s_figures =
    [
        Figure.Mean("success"),
        Figure.Median("task_duration_ms"),
        Figure.P95("task_duration_ms"),
        Figure.Mean("flows_per_task"),
        Figure.Mean("connections_opened_per_task"),
        Figure.Mean("tx_bytes_per_task"),
        Figure.Mean("rx_bytes_per_task"),
        Figure.Mean("tx_segs_per_task"),
        Figure.Mean("rx_segs_per_task"),
        Figure.Mean("tx_payload_per_segment_bytes"),
        Figure.Mean("rx_payload_per_segment_bytes"),
        Figure.Mean("llm_calls"),
        Figure.Mean("tool_calls"),
        Figure.Mean("agent_messages"),
        Figure.Mean("service_calls"),
        Figure.Median("min_rtt_us"),
        Figure.Median("srtt_us"),
        Figure.P95("srtt_us"),
        Figure.Mean("retrans_segs_per_task"),
    ];

    public static ComparisonTable Of(Summary summary)
    {
        List<IReadOnlyList<string>> rows = [["Tasks", .. summary.Scenarios.Values.Select(scenario => Quantity.Number(scenario.Metrics["success"].N))]];
        foreach (Figure figure in s_figures)
        {
            rows.Add([figure.Heading, .. summary.Scenarios.Values.Select(figure.Cell)]);
        }

        return new ComparisonTable(
            ["", .. summary.Scenarios.Keys],
            rows,
            "Mean of all tasks, or the median or percentile named, with its 95 % bootstrap interval.",
            summary.Notes);
    }

    /// <param name="Metric">What is shown.</param>
    /// <param name="Statistic">mean, p50 or p95: the key of its interval.</param>
    /// <param name="Suffix">How the statistic is named; nothing for a mean.</param>
    /// <param name="Value">Takes the statistic.</param>
    private sealed record Figure(Metric Metric, string Statistic, string Suffix, Func<MetricSummary, double> Value)
    {
        public string Heading
        {
            get
            {
                string sign = Quantity.SignOf(Metric.Unit);
                return $"{Metric.Label}{Suffix}{(sign.Length == 0 ? "" : $" ({sign})")}";
            }
        }

        public static Figure Mean(string key) => new(Metric.Of(key), "mean", "", summary => summary.Mean);

        public static Figure Median(string key) => new(Metric.Of(key), "p50", ", median", summary => summary.P50);

        public static Figure P95(string key) => new(Metric.Of(key), "p95", ", p95", summary => summary.P95);

        public string Cell(ScenarioSummary scenario)
        {
            if (!scenario.Metrics.TryGetValue(Metric.Key, out MetricSummary? summary))
            {
                return NotMeasured;
            }

            double[] interval = summary.Ci95[Statistic];
            return Quantity.Text(Value(summary), new Interval(interval[0], interval[1]), Metric.Unit);
        }
    }
}
