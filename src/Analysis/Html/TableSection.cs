using System.Xml.Linq;
using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Html;

/// <summary>The report's tables of figures, effects, and everything in summary.json.</summary>
internal static class TableSection
{
    public static XElement Comparison(Summary summary) =>
        new("section", new XElement("h2", "The scenarios side by side"), Markup.Table(ComparisonTable.Of(summary)));

    /// <summary>Null where flows were not cut into slices.</summary>
    public static XElement? Calls(RunFolder folder) => CallTable.Of(folder) is { } table
        ? new XElement("section", new XElement("h2", "What each kind of call did to the network"), Markup.Table(table))
        : null;

    /// <summary>Null where flows were not measured.</summary>
    public static XElement? Retransmissions(RunFolder folder)
    {
        if (RetransmitTable.Of(folder) is not { } table)
        {
            return null;
        }

        XElement content = table.Rows.Count == 0 ? Markup.Paragraph("No task sent a segment again.") : Markup.Table(table);
        return new XElement("section", new XElement("h2", "Retransmissions"), content);
    }

    /// <summary>A row a metric, a column a pair; null where there is but one scenario.</summary>
    public static XElement? Effects(Summary summary)
    {
        List<(string A, string B)> pairs = [.. summary.Comparisons.Select(comparison => (comparison.A, comparison.B)).Distinct()];
        if (pairs.Count == 0)
        {
            return null;
        }

        ILookup<(string, string, string), Comparison> found = summary.Comparisons.ToLookup(
            comparison => (comparison.A, comparison.B, comparison.Metric));
        IEnumerable<IEnumerable<object>> rows =
            from metric in Metric.All
            where summary.Comparisons.Any(comparison => comparison.Metric == metric.Key)
            select pairs.Select(pair => Cell(found[(pair.A, pair.B, metric.Key)].FirstOrDefault(), metric)).Prepend(metric.Label);
        return new XElement(
            "section",
            new XElement("h2", "How far apart the scenarios are"),
            Markup.Table(
                "The shift from the first scenario to the second in the metric's unit (Hodges-Lehmann, 95 % interval); below it Cliff's δ "
                + "with its interval, from −1 (always smaller) over 0 to 1 (always larger), and the adjusted p-value.",
                ["", .. pairs.Select(pair => $"{pair.A} → {pair.B}")],
                rows));
    }

    public static XElement Everything(Summary summary)
    {
        IEnumerable<string[]> rows =
            from scenario in summary.Scenarios
            from metric in Metric.All
            where scenario.Value.Metrics.ContainsKey(metric.Key)
            let figures = scenario.Value.Metrics[metric.Key]
            select new[]
            {
                $"{scenario.Key}: {metric.Label}",
                metric.Unit == "us" ? "µs" : metric.Unit,
                Quantity.Number(figures.N),
                With(figures, "mean", figures.Mean),
                With(figures, "p50", figures.P50),
                With(figures, "p95", figures.P95),
                With(figures, "p99", figures.P99),
            };
        return new XElement(
            "details",
            new XElement("summary", "All figures of summary.json"),
            Markup.Table("Each with its 95 % bootstrap interval.", ["", "Unit", "n", "Mean", "p50", "p95", "p99"], rows));
    }

    private static string With(MetricSummary figures, string statistic, double value) =>
        Quantity.Text(value, new Interval(figures.Ci95[statistic][0], figures.Ci95[statistic][1]), unit: "");

    private static object Cell(Comparison? comparison, Metric metric)
    {
        if (comparison is null)
        {
            return TextTable.None;
        }

        if (comparison is { Shift: 0, Ci95: [0, 0] })
        {
            return "the same";
        }

        string interval = $"[{Quantity.Number(comparison.Ci95[0])}, {Quantity.Number(comparison.Ci95[1])}]";
        string delta = $"δ {Quantity.Number(comparison.Effect)} {interval}, {Quantity.P(comparison.PAdjusted)}";

        // Differences of outcomes are −1, 0 or 1, so their median says little; δ is the difference of the shares.
        return metric.Unit == "share" ? delta : new object[] { Shift(comparison, metric.Unit), new XElement("small", delta) };
    }

    private static string Shift(Comparison comparison, string unit)
    {
        double low = comparison.ShiftCi95[0];
        double high = comparison.ShiftCi95[1];
        string interval = low == high ? "" : $" [{Quantity.Signed(low)}, {Quantity.Signed(high)}]";
        return $"{Quantity.Signed(comparison.Shift)} {Quantity.SignOf(unit)}".TrimEnd() + interval;
    }
}
