using System.Text.Json;
using System.Xml.Linq;
using NodeBox.Analysis.Checks;

namespace NodeBox.Analysis.Html;

/// <summary>How the run came about, from its manifest, and whether its data is whole.</summary>
internal static class RunSection
{
    public static XElement Facts(Manifest manifest)
    {
        XElement section = new(
            "section",
            new XElement("h2", "How the run was made"),
            Markup.Facts(
                ("Command", manifest.Command),
                ("Seed", manifest.Seed?.ToString()),
                ("Connections", manifest.Connections),
                ("Versions", string.Join(", ", (manifest.Versions ?? new Dictionary<string, string>()).Select(version => $"{version.Key} {version.Value}"))),
                ("Scenario files", string.Join("; ", (manifest.Scenarios ?? []).Select(scenario => $"{scenario.File} (sha256 {scenario.Sha256})")))),
            new XElement("h3", "Nodes"),
            Nodes(manifest));
        if (manifest.Links is { Count: > 0 } links)
        {
            IEnumerable<string[]> rows = links.Select(link => new[] { link.From ?? "", link.To ?? "", Words(link.Asked), Words(link.Achieved) });
            section.Add(new XElement("h3", "Links"), Markup.Table(null, ["From", "To", "Asked", "Achieved"], rows, words: true));
        }

        section.Add(new XElement("h3", "Probe ledgers"), Ledgers(manifest));
        return section;
    }

    public static XElement Completeness(IReadOnlyList<Check> checks) => new(
        "section",
        new XElement("h2", "Is the data whole?"),
        Markup.Table(
            null,
            ["Check", "Result", "Detail"],
            checks.Select(check => new object[] { check.Name, Verdict(check.Outcome), check.Detail }),
            words: true));

    private static XElement Verdict(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => new XElement("span", new XAttribute("class", "passed"), "✓ passed"),
        CheckOutcome.Failed => new XElement("span", new XAttribute("class", "failed"), "✗ failed"),
        _ => new XElement("span", new XAttribute("class", "notmeasured"), "– not measured"),
    };

    private static XElement Nodes(Manifest manifest)
    {
        string[] columns =
        [
            "Node", "Role", "Kernel", "Flows measured by", "Congestion control",
            "Clock within (µs)", "Cores busy", "Waited for CPU (ms)", "Exit",
        ];
        IEnumerable<string[]> rows = manifest.Nodes!.Select(pair => new[]
        {
            pair.Key,
            pair.Value.Role ?? "",
            pair.Value.Kernel ?? "",
            pair.Value.MeasuresFlows ? pair.Value.Rung! : $"not measured: {pair.Value.RungReason ?? "no reason recorded"}",
            pair.Value.CongestionControl ?? "",
            Number(pair.Value.ClockBoundNs / 1e3),
            Number(pair.Value.Cpu?.Busy),
            Number(pair.Value.Cpu?.RunQueueDelayMs),
            pair.Value.Exit?.ToString() ?? "running",
        });
        return Markup.Table(null, columns, rows, words: true);
    }

    private static XElement Ledgers(Manifest manifest)
    {
        List<string[]> rows = [];
        foreach ((string name, ManifestNode node) in manifest.Nodes!)
        {
            foreach ((string probe, ManifestLedger ledger) in node.Ledger ?? new Dictionary<string, ManifestLedger>())
            {
                long[] counts = [ledger.Seen, ledger.Filtered, ledger.Aggregated, ledger.Emitted, ledger.Dropped, ledger.Missed];
                rows.Add([$"{name} {probe}", .. counts.Select(count => Quantity.Number(count))]);
            }
        }

        return rows.Count == 0
            ? Markup.Paragraph("The manifest holds none: no probe was attached.")
            : Markup.Table(
                "Kernel events: seen = filtered + aggregated + emitted + dropped. Missed events never reached the probe.",
                ["Node and probe", "Seen", "Filtered", "Aggregated", "Emitted", "Dropped", "Missed"],
                rows);
    }

    private static string Number(double? value) => value is { } number ? Quantity.Number(number) : "";

    private static string Words(JsonElement? value) => value switch
    {
        null => "",
        { ValueKind: JsonValueKind.Object } fields => string.Join(", ", fields.EnumerateObject().Select(field => $"{field.Name} {field.Value}")),
        { } text => text.ToString(),
    };
}
