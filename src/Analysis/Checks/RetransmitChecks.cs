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

    public static Check SumToSlices(RunFolder folder) => SliceChecks.Count(
        folder,
        "Retransmissions name the slice that sent the bytes, and sum up to its",
        Sums,
        "slices",
        [("alone", "without a record"), ("wrong", "with other sums")]);
}
