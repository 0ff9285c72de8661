using System.Text.Json;
using System.Xml.Linq;
using NodeBox.Analysis.Checks;

namespace NodeBox.Analysis.Html;

/// <summary>How the run came about, from its manifest, and whether its data is whole.</summary>
internal static class RunSection
{
    public static XElement Facts(Manifest manifest)
    {
        IReadOnlyDictionary<string, string> known = manifest.Versions ?? new Dictionary<string, string>();
        IEnumerable<string> versions = known.Select(version => $"{version.Key} {version.Value}");
        IEnumerable<string> files = (manifest.Scenarios ?? []).Select(scenario => $"{scenario.File} (sha256 {scenario.Sha256})");
        XElement section = new(
            "section",
            new XElement("h2", "How the run was made"),
            Markup.Facts(
                ("Command", manifest.Command),
                ("Seed", manifest.Seed?.ToString()),
                ("Connections", manifest.Connections),
                ("Versions", string.Join(", ", versions)),
                ("Scenario files", string.Join("; ", files))),
            new XElement("h3", "Nodes"),
            Nodes(manifest));
        if (manifest.Links is { Count: > 0 } links)
        {
            IEnumerable<string[]> rows = links.Select(
                link => new[] { link.From ?? "", link.To ?? "", Words(link.Asked), Words(link.Achieved) });
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
        CheckOutcome.Noted => new XElement("span", new XAttribute("class", "noted"), "! noted"),
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
        TextTable table = LedgerTable.Of(manifest);
        return table.Rows.Count == 0 ? Markup.Paragraph("The manifest holds none: no probe was attached.") : Markup.Table(table);
    }

    private static string Number(double? value) => value is { } number ? Quantity.Number(number) : "";

    private static string Words(JsonElement? value) => value switch
    {
        null => "",
        { ValueKind: JsonValueKind.Object } fields => string.Join(
            ", ", fields.EnumerateObject().Select(field => $"{field.Name} {field.Value}")),
        { } text => text.ToString(),
    };
}
