using System.Xml.Linq;
using NodeBox.Analysis.Checks;
using NodeBox.Analysis.Html;

namespace NodeBox.Analysis;

/// <summary>The run as one HTML file that needs nothing else: no network, no script; light, dark and on paper.</summary>
public static class Report
{
    private const string Methods =
        """
        A task lasts from its begin to its end as the driver saw them; all tasks count, also those that failed. Calls are counted on
        client spans.

        A connection may serve many tasks. What each call did to it is a slice, cut at sequence positions of both directions; all
        bytes and data segments between two cuts are one call's, and what is sent again belongs to the slice that sent it first. A
        task's traffic is the sum of its slices, the connection's own (handshake and end) included for the task that wanted the
        connection. A flow counts for each task that has a slice of it.

        Each connection counts once, at the end that opened it. Uplink is the payload that this end sent, downlink what it received,
        between nodes; loopback is left out unless named. Retransmissions are summed over both ends. A task that called from a node
        which did not measure flows is left out of both, and of retransmissions also one that was served by such a node. The smoothed,
        minimum and handshake RTTs of a flow are those of the end that opened it.

        The RTT of an ACK is the kernel's sample for each acknowledgement that delivered something, at both ends, in the slice whose
        data was acknowledged; an end that sent nothing has none. It contains the receiver's delayed acknowledgement: where a
        request is acknowledged by its response, the client's sample contains the server's time to answer. Such samples, segment
        sizes and bursts are kept as histograms for each slice and merged by task and scenario. There are 16 buckets to each power
        of two, and one for each value below 32; those of segment sizes are the ones shown. Quantiles are linear within a bucket,
        means take each value as its bucket's middle, and a bucket without an upper bound counts as its lower one. A burst is a run
        of packets of one direction without a gap above the threshold (1 ms unless set otherwise) and without data of the other
        direction.

        Quantiles of what is not bucketed are of type 7 (linear between order statistics). Intervals are 95 % percentile-bootstrap
        intervals from 2,000 resamples (fewer above 20,000 values) with a fixed seed. Those of a p95 or p99 rest on few values in a
        small run and are then too narrow.

        Pairs of scenarios are compared by the two-sided Mann-Whitney test, exact for up to 20 values a side without ties, else by
        the normal approximation with tie and continuity correction; p-values are adjusted by Holm's method over all comparisons of
        the run. The effect is Cliff's δ; the shift is that of Hodges and Lehmann.

        Intervals of bucketed figures come from drawing whole tasks; such figures are not compared by value, but by each task's own
        quantile. All other methods take values as independent. Flows and calls of one task share its fate, so their intervals are
        somewhat too narrow.
        """;

    /// <param name="folder">The run.</param>
    /// <param name="summary">Its summary.</param>
    /// <param name="checks">Those of <see cref="Completeness"/>.</param>
    /// <param name="path">The file to write.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteHtml(RunFolder folder, Summary summary, IReadOnlyList<Check> checks, string path)
    {
        XElement page = Page(folder, summary, checks);
        Markup.Clean(page);
        File.WriteAllText(path, $"<!DOCTYPE html>\n{page}\n");
    }

    private static XElement Page(RunFolder folder, Summary summary, IReadOnlyList<Check> checks) => new(
        "html",
        new XAttribute("lang", "en"),
        new XElement(
            "head",
            new XElement("meta", new XAttribute("charset", "utf-8")),
            new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
            new XElement("title", $"nodebox run {summary.RunId}"),
            new XElement("style", StyleSheet())),
        new XElement(
            "body",
            Heading(summary, checks),
            TableSection.Comparison(summary),
            TableSection.Calls(folder),
            TableSection.Retransmissions(folder),
            FigureSection.Of(folder, summary),
            TableSection.Effects(summary),
            TableSection.Everything(summary),
            RunSection.Completeness(checks),
            RunSection.Facts(folder.Manifest),
            new XElement("section", new XElement("h2", "How the figures are computed"), Methods.Split("\n\n").Select(Markup.Paragraph)),
            new XElement(
                "footer", "Made by nodebox from the run folder alone; summary.json beside this file holds the same figures.")));

    private static XElement Heading(Summary summary, IReadOnlyList<Check> checks)
    {
        int failed = checks.Count(check => check.Outcome == CheckOutcome.Failed);
        long tasks = summary.Scenarios.Values.Sum(scenario => scenario.Metrics["success"].N);
        string scope = $"{Quantity.Number(tasks)} tasks in {string.Join(", ", summary.Scenarios.Keys)}. ";
        return new XElement(
            "header",
            new XElement("h1", $"Run {summary.RunId}"),
            new XElement(
                "p",
                new XAttribute("class", "lead"),
                scope,
                new XElement(
                    "span",
                    new XAttribute("class", failed == 0 ? "passed" : "failed"),
                    failed == 0 ? "No completeness check failed." : $"{failed} of {checks.Count} completeness checks failed: see below.")),
            summary.Notes.Select(note => new XElement("p", new XAttribute("class", "note"), note)));
    }

    private static string StyleSheet()
    {
        using Stream stream = typeof(Report).Assembly.GetManifestResourceStream("report.css")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
