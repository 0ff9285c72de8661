namespace NodeBox.Analysis.Checks;

/// <summary>What the manifest says of the run, its nodes and its probes.</summary>
internal static class ManifestChecks
{
    public static Check RunCompleted(Manifest manifest) => Check.Of(
        "The run came to its end",
        manifest.WhyIncomplete is null,
        manifest.WhyIncomplete ?? "all tasks were started and answered");

    public static Check NodesExited(Manifest manifest)
    {
        const string Name = "Nodes that ended did so with exit status 0";
        var ended = manifest.Nodes!.Where(node => node.Value.Exit is not null).ToList();
        if (ended.Count == 0)
        {
            return Check.NotMeasured(Name, "all nodes were still running when the run ended");
        }

        List<string> failed = [.. ended.Where(node => node.Value.Exit != 0).Select(node => $"{node.Key} exited with {node.Value.Exit}")];
        return Check.Of(Name, failed.Count == 0, string.Join(", ", failed.Count == 0 ? ended.Select(node => node.Key) : failed));
    }

    public static Check LedgersBalance(Manifest manifest)
    {
        const string Name = "Every probe's ledger balances: seen = filtered + aggregated + emitted + dropped";
        var ledgers = manifest.Ledgers.ToList();
        if (ledgers.Count == 0)
        {
            return Check.NotMeasured(Name, "the manifest holds no ledger");
        }

        List<string> wrong =
        [
            .. from entry in ledgers
               where !entry.Ledger.Balances
               select $"{entry.Probe} on {entry.Node}: {entry.Ledger.Seen} seen",
        ];
        return Check.Of(Name, wrong.Count == 0, wrong.Count == 0 ? $"ledgers: {ledgers.Count}" : string.Join("; ", wrong));
    }

    public static Check NothingLost(RunFolder folder) => Check.Of(
        "No probe and no spool dropped or missed anything",
        folder.Lost.Count == 0,
        folder.Lost.Count == 0 ? "nothing lost" : string.Join("; ", folder.Lost));
}
