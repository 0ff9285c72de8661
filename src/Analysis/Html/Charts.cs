using System.Xml.Linq;
using NodeBox.Analysis.Figures;
using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;
using NodeBox.Store;

namespace NodeBox.Analysis.Html;

/// <summary>Draws a run's metrics. A chart without data is null.</summary>
internal sealed class Charts(RunFolder folder, Summary summary)
{
    /// <summary>More strokes than this could not be told apart, and make the report large.</summary>
    public const int PacketsAtMost = 3000;

    /// <summary>The metric's distribution, a line for each scenario.</summary>
    public XElement? Curve(string key, string values)
    {
        Metric metric = Metric.Of(key);
        List<(string, EcdfCurve? Curve)> curves = [.. folder.Scenarios.Select(scenario => (scenario, CurveOf(scenario, metric)))];
        return curves.All(series => series.Curve is null)
            ? null
            : EcdfFigure.Draw(metric.Label, $"{metric.Label} ({Quantity.SignOf(metric.Unit)})", $"Share of {values}", metric.Unit, curves);
    }

    /// <summary>Means with their intervals, a group for each metric.</summary>
    public XElement? Bars(string yTitle, params ReadOnlySpan<(string Name, string Key)> groups)
    {
        List<(string, IReadOnlyList<Bar?>)> drawn = [];
        foreach ((string name, string key) in groups)
        {
            List<Bar?> bars = [.. summary.Scenarios.Values.Select(scenario => BarOf(scenario.Metrics.GetValueOrDefault(key)))];
            if (bars.Exists(bar => bar is not null))
            {
                drawn.Add((name, bars));
            }
        }

        return drawn.Count == 0 ? null : BarFigure.Draw(yTitle, yTitle, folder.Scenarios, drawn);
    }

    /// <summary>The share of values in each bucket of the metric.</summary>
    public XElement? Shares(string key, string yTitle)
    {
        List<Histogram?> histograms = [.. folder.Scenarios.Select(scenario => folder.Values.Bucketed(scenario, Metric.Of(key))?.Pooled)];
        if (histograms.OfType<Histogram>().FirstOrDefault()?.Bounds is not { } bounds)
        {
            return null;
        }

        IEnumerable<(string, IReadOnlyList<Bar?>)> groups =
            from bucket in Enumerable.Range(0, bounds.Count)
            let name = bounds.IsOpen(bucket) ? $"> {Quantity.Number(bounds.Low(bucket))}" : $"≤ {Quantity.Number(bounds.High(bucket))}"
            select (name, (IReadOnlyList<Bar?>)[.. histograms.Select(histogram => ShareOf(histogram, bucket))]);
        return BarFigure.Draw(yTitle, yTitle, folder.Scenarios, [.. groups]);
    }

    /// <summary>The first packets of the scenario's task that has the median number of them.</summary>
    public XElement? Packets(string scenario)
    {
        const string Sql =
            """
            WITH seen AS (
                SELECT task_id, at_ns, packets.direction = 'tx' AS is_uplink, bytes, coalesce(kind, 'other') AS kind
                FROM packets JOIN (
                    SELECT task_id, flow_id, node, slice, kind FROM task_slices
                    WHERE series = $1 AND direction = 'active' AND path = 'link') USING (flow_id, node, slice)),
            counted AS (SELECT task_id, count(*) AS packets FROM seen GROUP BY task_id),
            chosen AS (
                SELECT task_id FROM counted
                ORDER BY abs(packets - (SELECT quantile_disc(packets, 0.5) FROM counted)), task_id LIMIT 1)
            SELECT (at_ns - min(at_ns) OVER ()) / 1e6 AS at_ms, is_uplink, bytes, kind
            FROM seen SEMI JOIN chosen USING (task_id) ORDER BY at_ms
            """;
        List<TimedPacket> packets =
        [
            .. folder.Query(Sql, scenario).Take(PacketsAtMost).Select(
                row => new TimedPacket(row.Double("at_ms"), row.Long("bytes"), row.Bool("is_uplink"), row.String("kind"))),
        ];
        return packets.Count == 0 ? null : PacketFigure.Draw($"Packets of a task of {scenario}", packets);
    }

    private EcdfCurve? CurveOf(string scenario, Metric metric)
    {
        if (folder.Values.Sample(scenario, metric) is { } sample)
        {
            return EcdfCurve.Of(sample);
        }

        return folder.Values.Bucketed(scenario, metric) is { } bucketed ? EcdfCurve.Of(bucketed.Pooled) : null;
    }

    private static Bar? BarOf(MetricSummary? figures) =>
        figures is null ? null : new Bar(figures.Mean, new Interval(figures.Ci95["mean"][0], figures.Ci95["mean"][1]));

    private static Bar? ShareOf(Histogram? histogram, int bucket)
    {
        if (histogram is null)
        {
            return null;
        }

        double share = 100 * histogram.Counts[bucket] / histogram.Total;
        return new Bar(share, new Interval(share, share));
    }
}
