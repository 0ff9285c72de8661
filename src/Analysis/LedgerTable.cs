namespace NodeBox.Analysis;

/// <summary>Every probe's balance: one row a node and probe.</summary>
public static class LedgerTable
{
    /// <param name="manifest">The run's manifest.</param>
    /// <param name="losses">Only the probes that lost events, or whose balance is wrong.</param>
    public static TextTable Of(Manifest manifest, bool losses = false) => new(
        ["Node and probe", "Seen", "Filtered", "Aggregated", "Emitted", "Dropped", "Missed"],
        [
            .. from entry in manifest.Ledgers
               where !losses || entry.Ledger.LostAny || !entry.Ledger.Balances
               select Cells(entry.Node, entry.Probe, entry.Ledger),
        ],
        "Kernel events: seen = filtered + aggregated + emitted + dropped. Missed events never reached the probe.");

    private static string[] Cells(string node, string probe, ManifestLedger ledger)
    {
        long[] counts = [ledger.Seen, ledger.Filtered, ledger.Aggregated, ledger.Emitted, ledger.Dropped, ledger.Missed];
        return [$"{node} {probe}", .. counts.Select(count => Quantity.Number(count))];
    }
}
