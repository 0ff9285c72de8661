using NodeBox.Store;

namespace NodeBox.Analysis.Checks;

/// <summary>What was lost on the way from the kernel to the folder, and which figures that touches.</summary>
internal static class Losses
{
    // A burst that was divided at a boundary is no loss: every byte of it is there. Retransmissions that nothing reported are a note of their
    // own, as the kernel counted them.
    private const string Missing =
        """
        WITH touched AS (
            SELECT unnest(missing) AS figure, 1 AS slices, 0 AS flows FROM slices
            UNION ALL SELECT unnest(missing), 0, 1 FROM flows)
        SELECT figure, sum(slices) AS slices, sum(flows) AS flows,
            (SELECT count(*) FROM slices) AS all_slices, (SELECT count(*) FROM flows) AS all_flows
        FROM touched WHERE NOT ends_with(figure, '_divided') AND figure <> 'retransmits' GROUP BY figure ORDER BY figure
        """;

    /// <summary>A sentence a loss; nothing where nothing was lost.</summary>
    public static IEnumerable<string> Of(RunFolder folder)
    {
        foreach ((string node, string probe, ManifestLedger ledger) in folder.Manifest.Ledgers.Where(entry => entry.Ledger.LostAny))
        {
            string touched = ledger.Figures is { Count: > 0 } figures ? $", which touches {string.Join(", ", figures)}" : "";
            yield return $"{probe} on {node} dropped {ledger.Dropped} and missed {ledger.Missed} of {ledger.Seen + ledger.Missed} events"
                + touched;
        }

        foreach ((string name, ManifestNode node) in folder.Manifest.Nodes!.Where(node => node.Value.DroppedRecords is > 0))
        {
            yield return $"the spool of {name} dropped {node.DroppedRecords} records";
        }

        foreach (Row row in folder.Query(Missing))
        {
            yield return $"{row.String("figure")} is incomplete in {row.Long("slices")} of {row.Long("all_slices")} slices "
                + $"and {row.Long("flows")} of {row.Long("all_flows")} flows";
        }
    }
}
