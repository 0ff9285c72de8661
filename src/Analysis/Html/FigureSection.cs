using System.Xml.Linq;

namespace NodeBox.Analysis.Html;

/// <summary>The report's figures, each with a sentence on how to read it. One without data is left out.</summary>
internal static class FigureSection
{
    private const string Curves =
        "The curve's height at x is the share of values at or below x. A curve further left is faster, a steeper one steadier; "
        + "the dot is the median.";

    private const string Shares =
        "The curve's height at x is the share of values at or below x, values of 0 being at the left end; the dot is the median.";

    private const string Bars =
        "Bars are means, whiskers their 95 % bootstrap intervals; a bar without a whisker had the same value in every task.";

    private const string Buckets = "Each group of bars is for the segments of at most that size, and larger than the group before.";

    private const string Links = "Uplink is what the ends that opened the connections sent, downlink what they received.";

    public static XElement Of(RunFolder folder, Summary summary)
    {
        Charts charts = new(folder, summary);
        XElement section = new("section", new XElement("h2", "Figures"));
        int number = 1;
        foreach ((string heading, IReadOnlyList<Figure> figures) in Groups(charts, folder.Scenarios))
        {
            List<Figure> drawn = [.. figures.Where(figure => figure.Svg is not null)];
            if (drawn.Count > 0)
            {
                IEnumerable<XElement> elements = drawn.Select((figure, at) => figure.Element(number + at));
                section.Add(new XElement("h3", heading), new XElement("div", new XAttribute("class", "figures"), elements));
                number += drawn.Count;
            }
        }

        return section;
    }

    private static IEnumerable<(string Heading, IReadOnlyList<Figure> Figures)> Groups(Charts charts, IReadOnlyList<string> scenarios)
    {
        yield return ("Tasks", [.. OfTasks(charts)]);
        yield return ("What a task did to the network", [.. OfTraffic(charts)]);
        yield return ("Round trips", [.. OfRoundTrips(charts)]);
        yield return ("Calls", [.. OfCalls(charts)]);
        yield return ("Bursts", [.. OfBursts(charts)]);
        yield return (
            "Packets of one task each",
            [
                .. scenarios.Select(scenario => new Figure(
                    $"A task of {scenario}",
                    "Its packets with data, where connections were opened: sent ones up, received ones down. It is the task with a median "
                    + $"number of packets; of more than {Quantity.Number(Charts.PacketsAtMost)} the first are shown.",
                    charts.Packets(scenario))),
            ]);
    }

    private static IEnumerable<Figure> OfTasks(Charts charts)
    {
        yield return new("Task duration", Curves, charts.Curve("task_duration_ms", "tasks"));
        yield return new("Calls per task", Bars, charts.Bars(
            "Calls per task",
            ("LLM calls", "llm_calls"),
            ("tool calls", "tool_calls"),
            ("agent messages", "agent_messages"),
            ("service calls", "service_calls")));
    }

    private static IEnumerable<Figure> OfTraffic(Charts charts)
    {
        yield return new("Flows per task", $"{Bars} A flow counts for each task that used it, where it was opened.", charts.Bars(
            "Flows per task",
            ("between nodes", "flows_per_task"),
            ("loopback included", "flows_all_per_task"),
            ("opened", "connections_opened_per_task")));
        yield return new("Payload per task each way", $"{Bars} {Links}", charts.Bars(
            "Payload per task (bytes)", ("uplink", "tx_bytes_per_task"), ("downlink", "rx_bytes_per_task")));
        yield return new("Data segments per task each way", $"{Bars} Segments without payload are not counted.", charts.Bars(
            "Data segments per task", ("uplink", "tx_segs_per_task"), ("downlink", "rx_segs_per_task")));
        yield return new("Mean payload per data segment", $"{Bars} Many small writes, such as streamed tokens, make it small.", charts.Bars(
            "Payload per segment (bytes)", ("uplink", "tx_payload_per_segment_bytes"), ("downlink", "rx_payload_per_segment_bytes")));
        yield return new("Sizes of uplink segments", Buckets, charts.Shares("tx_seg_bytes", "Share of uplink segments (%)"));
        yield return new("Sizes of downlink segments", Buckets, charts.Shares("rx_seg_bytes", "Share of downlink segments (%)"));
    }

    private static IEnumerable<Figure> OfRoundTrips(Charts charts)
    {
        yield return new("RTT of each ACK between nodes", $"{Curves} Samples of both ends.", charts.Curve("rtt_us", "ACKs"));
        yield return new(
            "RTT of each ACK at the client",
            $"{Curves} It contains the server's time to answer, up to its delayed acknowledgement.",
            charts.Curve("rtt_client_us", "ACKs"));
        yield return new("RTT of each ACK at the server", Curves, charts.Curve("rtt_server_us", "ACKs"));
        yield return new("RTT p99 within each task", Curves, charts.Curve("rtt_p99_per_task_us", "tasks"));
        yield return new(
            "Minimum RTT of each flow between nodes",
            $"{Curves} The minimum is the path's own delay.",
            charts.Curve("min_rtt_us", "flows"));
        yield return new(
            "Smoothed RTT of each flow between nodes",
            $"{Curves} The kernel's smoothing hides short peaks.",
            charts.Curve("srtt_us", "flows"));
    }

    private static IEnumerable<Figure> OfCalls(Charts charts)
    {
        (string Key, string Name)[] kinds =
        [
            ("ttfb_llm_us", "an LLM call"), ("ttfb_tool_us", "a tool call"),
            ("ttfb_agent_us", "an agent message"), ("ttfb_service_us", "a service call"),
        ];
        foreach ((string key, string name) in kinds)
        {
            yield return new($"Time to first byte of {name}", $"{Curves} From the first byte sent.", charts.Curve(key, "exchanges"));
        }

        yield return new(
            "Longest silence in a call",
            $"{Shares} The longest time without data in either direction between a call's first byte and its last.",
            charts.Curve("longest_silence_us", "exchanges"));
    }

    private static IEnumerable<Figure> OfBursts(Charts charts)
    {
        yield return new("Bursts per task each way", Bars, charts.Bars(
            "Bursts per task", ("uplink", "tx_bursts_per_task"), ("downlink", "rx_bursts_per_task")));
        foreach ((string direction, string way) in new[] { ("tx", "uplink"), ("rx", "downlink") })
        {
            yield return new($"Payload of {way} bursts", Shares, charts.Curve($"{direction}_burst_bytes", "bursts"));
            yield return new($"Duration of {way} bursts", Shares, charts.Curve($"{direction}_burst_us", "bursts"));
            yield return new($"Gaps between {way} bursts", Shares, charts.Curve($"{direction}_gap_us", "gaps"));
        }
    }

    private sealed record Figure(string Title, string Text, XElement? Svg)
    {
        public XElement Element(int number) =>
            new("figure", Svg, new XElement("figcaption", new XElement("b", $"Figure {number}. {Title}. "), Text));
    }
}
