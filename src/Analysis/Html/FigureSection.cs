using System.Xml.Linq;
using NodeBox.Analysis.Figures;
using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Html;

/// <summary>The report's figures, each with a sentence on how to read it. One without data is left out.</summary>
internal static class FigureSection
{
    private const string HowToReadCurves =
        "The curve's height at x is the share of values at or below x. A curve further left is faster, a steeper one steadier; the dot is the median.";

    private const string HowToReadBars = "Bars are means, whiskers their 95 % bootstrap intervals; a bar without a whisker had the same value in every task.";

    public static XElement Of(RunFolder folder, Summary summary)
    {
        XElement figures = new("div", new XAttribute("class", "figures"));
        int number = 1;
        foreach ((string title, string text, XElement svg) in Drawn(folder, summary))
        {
            figures.Add(new XElement("figure", svg, new XElement("figcaption", new XElement("b", $"Figure {number}. {title}. "), text)));
            number++;
        }

        return new XElement("section", new XElement("h2", "Figures"), figures);
    }

    private static IEnumerable<(string Title, string Text, XElement Svg)> Drawn(RunFolder folder, Summary summary)
    {
        (string Title, string Text, XElement? Svg)[] all =
        [
            ("Task duration", HowToReadCurves, Curve(folder, "task_duration_ms", "tasks")),
            ("Calls per task", HowToReadBars, Bars(
                summary,
                "Calls per task",
                ("LLM calls", "llm_calls"),
                ("tool calls", "tool_calls"),
                ("agent messages", "agent_messages"),
                ("service calls", "service_calls"))),
            ("Flows per task", $"{HowToReadBars} Each connection counts once, at the end that opened it.", Bars(
                summary,
                "Flows per task",
                ("between nodes", "flows_per_task"),
                ("loopback included", "flows_all_per_task"))),
            ("Payload per task each way", $"{HowToReadBars} Uplink is what the ends that opened the connections sent, downlink what they received.", Bars(
                summary,
                "Payload per task (bytes)",
                ("uplink", "tx_bytes_per_task"),
                ("downlink", "rx_bytes_per_task"))),
            ("Data segments per task each way", $"{HowToReadBars} Segments without payload are not counted.", Bars(
                summary,
                "Data segments per task",
                ("uplink", "tx_segs_per_task"),
                ("downlink", "rx_segs_per_task"))),
            ("Mean payload per data segment", $"{HowToReadBars} Small segments are many small writes, such as streamed tokens.", Bars(
                summary,
                "Payload per segment (bytes)",
                ("uplink", "tx_payload_per_segment_bytes"),
                ("downlink", "rx_payload_per_segment_bytes"))),
            ("Minimum RTT of each flow between nodes", $"{HowToReadCurves} The minimum is the path's own delay.", Curve(folder, "min_rtt_us", "flows")),
            ("Smoothed RTT of each flow between nodes", $"{HowToReadCurves} The kernel's smoothing hides short peaks.", Curve(folder, "srtt_us", "flows")),
        ];
        return from figure in all where figure.Svg is not null select (figure.Title, figure.Text, figure.Svg);
    }

    private static XElement? Curve(RunFolder folder, string key, string values)
    {
        Metric metric = Metric.Of(key);
        List<(string, Sample? Sample)> samples = [.. folder.Scenarios.Select(scenario => (scenario, folder.Sample(scenario, metric)))];
        return samples.All(series => series.Sample is null)
            ? null
            : EcdfFigure.Draw(metric.Label, $"{metric.Label} ({Quantity.SignOf(metric.Unit)})", $"Share of {values}", metric.Unit, samples);
    }

    private static XElement? Bars(Summary summary, string yTitle, params ReadOnlySpan<(string Name, string Key)> groups)
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

        return drawn.Count == 0 ? null : BarFigure.Draw(yTitle, yTitle, [.. summary.Scenarios.Keys], drawn);
    }

    private static Bar? BarOf(MetricSummary? summary) =>
        summary is null ? null : new Bar(summary.Mean, new Interval(summary.Ci95["mean"][0], summary.Ci95["mean"][1]));
}
