namespace NodeBox.Analysis.Checks;

/// <summary>What the manifest says of the run, its nodes and its probes.</summary>
internal static class ManifestChecks
{
    public static Check RunCompleted(Manifest manifest) => Check.Of(
        "The run came to its end",
        manifest.Complete != false,
        manifest.Complete == false ? manifest.IncompleteReason ?? "no reason recorded" : "all tasks were started and answered");

    public static Check NodesExited(Manifest manifest)
    {
        const string Name = "Nodes that ended did so with exit status 0";
        var ended = manifest.Nodes!.Where(node => node.Value.Exit is not null).ToList();
        if (ended.Count == 0)
        {
            return new Check(Name, CheckOutcome.NotMeasured, "all nodes were still running when the run ended");
        }

        List<string> failed = [.. ended.Where(node => node.Value.Exit != 0).Select(node => $"{node.Key} exited with {node.Value.Exit}")];
        return Check.Of(Name, failed.Count == 0, string.Join(", ", failed.Count == 0 ? ended.Select(node => node.Key) : failed));
    }

    public static Check LedgersBalance(Manifest manifest)
    {
        const string Name = "Every probe's ledger balances: seen = filtered + aggregated + emitted + dropped";
        var ledgers = LedgersOf(manifest).ToList();
        if (ledgers.Count == 0)
        {
            return new Check(Name, CheckOutcome.NotMeasured, "the manifest holds no ledger");
        }

        List<string> wrong = [.. ledgers.Where(entry => !entry.Ledger.Balances).Select(entry => $"{entry.Probe}: {entry.Ledger.Seen} seen")];
        return Check.Of(Name, wrong.Count == 0, wrong.Count == 0 ? $"ledgers: {ledgers.Count}" : string.Join("; ", wrong));
    }

    public static Check NothingDropped(Manifest manifest)
    {
        const string Name = "No probe and no spool dropped or missed anything";
        List<string> lost =
        [
            .. LedgersOf(manifest)
                .Where(entry => entry.Ledger.Dropped != 0 || entry.Ledger.Missed != 0)
                .Select(entry => $"{entry.Probe} dropped {entry.Ledger.Dropped} and missed {entry.Ledger.Missed} of {entry.Ledger.Seen} events"),
            .. manifest.Nodes!
                .Where(node => node.Value.DroppedRecords is > 0)
                .Select(node => $"the spool of {node.Key} dropped {node.Value.DroppedRecords} records"),
        ];
        return Check.Of(Name, lost.Count == 0, lost.Count == 0 ? "nothing lost" : $"{string.Join("; ", lost)}: figures from there are too low");
    }

    private static IEnumerable<(string Probe, ManifestLedger Ledger)> LedgersOf(Manifest manifest) =>
        from node in manifest.Nodes!
        from probe in node.Value.Ledger ?? new Dictionary<string, ManifestLedger>()
        select ($"{probe.Key} on {node.Key}", probe.Value);
}
