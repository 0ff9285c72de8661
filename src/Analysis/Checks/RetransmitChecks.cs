using NodeBox.Store;

namespace NodeBox.Analysis.Checks;

/// <summary>Whether every retransmission is in the slice that sent the bytes first.</summary>
internal static class RetransmitChecks
{
    // Only data counts: a SYN or FIN that is sent again has no bytes. A shared slice begins before the run and goes on after it.
    private const string Sums =
        """
        WITH events AS (SELECT flow_id, slice, sum(bytes) AS bytes FROM retransmits WHERE slice IS NOT NULL GROUP BY flow_id, slice),
        compared AS (
            SELECT flow_id, slice, node, coalesce(bytes, 0) AS bytes, coalesce(retrans_bytes, 0) AS retrans_bytes,
                node IS NULL AS alone, coalesce(list_contains(missing, 'retransmits'), false) AS lost
            FROM events FULL JOIN slices USING (flow_id, slice) WHERE NOT coalesce(shared, false))
        SELECT count(*) FILTER (bytes > 0 OR retrans_bytes > 0) AS slices, count(*) FILTER (alone) AS alone,
            count(*) FILTER (NOT alone AND NOT lost AND bytes <> retrans_bytes) AS wrong,
            min(coalesce(node || ' ', '') || flow_id || ', slice ' || slice)
                FILTER (alone OR NOT lost AND bytes <> retrans_bytes) AS example
        FROM compared
        """;

    private const string Unreported =
        """
        SELECT count(*) AS flows, count(*) FILTER (list_contains(missing, 'retransmits')) AS touched,
            (SELECT count(*) FROM slices) AS slices,
            (SELECT count(*) FROM slices WHERE list_contains(missing, 'retransmits')) AS touched_slices
        FROM flows
        """;

    // The kernel's counters are right all the same: only whose the segments were is not known. A ring that was full is a loss by its ledger.
    public static Check EveryOneIsReported(RunFolder folder)
    {
        const string Name = "Every retransmission that the kernel counted was reported";
        if (!folder.SlicesMeasured)
        {
            return Check.NotMeasured(Name, SliceChecks.WhyNotMeasured);
        }

        Row row = folder.Query(Unreported).Single();
        return row.Long("touched") == 0 && row.Long("touched_slices") == 0
            ? new Check(Name, CheckOutcome.Passed, $"{row.Long("flows")} flows")
            : new Check(
                Name,
                CheckOutcome.Noted,
                $"in {row.Long("touched")} of {row.Long("flows")} flows the kernel counted more; whose they were is not known, and "
                    + $"{row.Long("touched_slices")} of {row.Long("slices")} slices say so");
    }

    public static Check SumToSlices(RunFolder folder) => SliceChecks.Count(
        folder,
        "Retransmissions name the slice that sent the bytes, and sum up to its",
        Sums,
        "slices",
        [("alone", "without a record"), ("wrong", "with other sums")]);
}
