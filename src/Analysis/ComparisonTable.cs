using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis;

/// <summary>The scenarios side by side: one row a figure, one column a scenario.</summary>
public static class ComparisonTable
{
    private static readonly IReadOnlyList<Figure> s_figures =
    [
        Figure.Mean("success"),
        Figure.Mean("correct"),
        Figure.Median("task_duration_ms"),
        Figure.P95("task_duration_ms"),
        Figure.Mean("llm_calls"),
        Figure.Mean("tool_calls"),
        Figure.Mean("agent_messages"),
        Figure.Mean("service_calls"),
        Figure.Mean("flows_per_task"),
        Figure.Mean("connections_opened_per_task"),
        Figure.Mean("tx_bytes_per_task"),
        Figure.Mean("rx_bytes_per_task"),
        Figure.Median("up_down_ratio"),
        Figure.Mean("packets_per_task"),
        Figure.Mean("tx_segs_per_task"),
        Figure.Mean("rx_segs_per_task"),
        Figure.Mean("tx_payload_per_segment_bytes"),
        Figure.Mean("rx_payload_per_segment_bytes"),
        Figure.Median("rtt_us"),
        Figure.P95("rtt_us"),
        Figure.P99("rtt_us"),
        Figure.Median("rtt_client_us"),
        Figure.Median("rtt_server_us"),
        Figure.Median("min_rtt_us"),
        Figure.Median("srtt_us"),
        Figure.P95("srtt_us"),
        Figure.Median("handshake_rtt_us"),
        Figure.Median("ttfb_llm_us"),
        Figure.Median("ttfb_llm_all_us"),
        Figure.Median("ttfb_tool_us"),
        Figure.Median("ttfb_agent_us"),
        Figure.Median("ttfb_service_us"),
        Figure.P95("longest_silence_us"),
        Figure.Mean("tx_bursts_per_task"),
        Figure.Mean("rx_bursts_per_task"),
        Figure.Median("tx_burst_bytes"),
        Figure.Median("rx_burst_bytes"),
        Figure.Mean("retrans_segs_per_task"),
        Figure.Mean("retrans_bytes_per_task"),
    ];

    public static TextTable Of(Summary summary)
    {
        IEnumerable<string> tasks = summary.Scenarios.Values.Select(scenario => Quantity.Number(scenario.Metrics["success"].N));
        List<IReadOnlyList<string>> rows = [["Tasks", .. tasks]];
        foreach (Figure figure in s_figures)
        {
            bool anywhere = summary.Scenarios.Values.Any(scenario => scenario.Metrics.ContainsKey(figure.Metric.Key));

            // No scenario need have a call of each kind, or a model that decides.
            if (anywhere || figure.Metric.Per is not (Observation.Call or Observation.Task))
            {
                IEnumerable<string> cells = summary.Scenarios.Values.Select(
                    scenario => figure.Cell(scenario) ?? Absent(figure.Metric, anywhere, scenario));
                rows.Add([figure.Heading, .. cells]);
            }
        }

        return new TextTable(
            ["", .. summary.Scenarios.Keys],
            rows,
            "Mean of all tasks, or the median or percentile named, with its 95 % bootstrap interval.");
    }

    // Flows and retransmissions have a figure wherever tasks' traffic was measured, even if there were none.
    private static string Absent(Metric metric, bool isAnywhere, ScenarioSummary scenario)
    {
        string measured = metric.Key.StartsWith("retrans", StringComparison.Ordinal) ? "retrans_segs_per_task" : "flows_per_task";
        bool isKnown = metric.Per != Observation.TaskTraffic || scenario.Metrics.ContainsKey(measured);
        return isAnywhere && isKnown ? TextTable.None : TextTable.NotMeasured;
    }

    /// <param name="Metric">What is shown.</param>
    /// <param name="Statistic">mean, p50, p95 or p99: the key of its interval.</param>
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

        public static Figure P99(string key) => new(Metric.Of(key), "p99", ", p99", summary => summary.P99);

        public string? Cell(ScenarioSummary scenario)
        {
            if (!scenario.Metrics.TryGetValue(Metric.Key, out MetricSummary? summary))
            {
                return null;
            }

            double[] interval = summary.Ci95[Statistic];
            return Quantity.Text(Value(summary), new Interval(interval[0], interval[1]), Metric.Unit);
        }
    }
}
