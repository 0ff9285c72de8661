using NodeBox.Store;

namespace NodeBox.Analysis.Checks;

/// <summary>Whether both ends of each connection tell the same.</summary>
internal static class FlowChecks
{
    /// <summary>
    /// Each flow that ended by FIN and whose peer is a node that measured flows, with the record of the other end: the one with both
    /// addresses and ports exchanged whose time overlaps, the nearest if ports were used again. A flow without a task counts only if it
    /// began and ended while tasks ran: at the edges of the run one end can close after its node was asked for the last time. $1 is how far
    /// the clocks may differ, in nanoseconds.
    /// </summary>
    private const string Pairs =
        """
        WITH link AS (SELECT *, coalesce(end_ns, 9223372036854775807 - $1) AS last_ns FROM flows WHERE path = 'link'),
        run AS (SELECT min(begin_ns) AS first_ns, max(end_ns) AS final_ns FROM tasks),
        closed AS (
            SELECT link.* FROM link, run
            WHERE close_reason = 'FIN' AND remote_addr IN (SELECT local_addr FROM link)
                AND (task_id IS NOT NULL OR begin_ns >= first_ns AND end_ns <= final_ns)),
        pairs AS (
            SELECT here.*, there.flow_id IS NULL AS alone,
                here.tx_bytes IS DISTINCT FROM there.rx_bytes OR here.rx_bytes IS DISTINCT FROM there.tx_bytes AS bytes_differ,
                here.task_id IS DISTINCT FROM there.task_id AS tasks_differ
            FROM closed AS here LEFT JOIN link AS there
                ON here.local_addr = there.remote_addr AND here.local_port = there.remote_port
                AND here.remote_addr = there.local_addr AND here.remote_port = there.local_port
                AND here.begin_ns <= there.last_ns + $1 AND there.begin_ns <= here.last_ns + $1
            QUALIFY row_number() OVER (PARTITION BY here.flow_id, here.node ORDER BY abs(here.begin_ns - there.begin_ns)) = 1)
        SELECT count(*) AS ends, count(*) FILTER (alone) AS alone,
            count(*) FILTER (NOT alone AND bytes_differ) AS bytes_differ, count(*) FILTER (NOT alone AND tasks_differ) AS tasks_differ,
            min(node || ' ' || local_addr || ':' || local_port || ' to ' || remote_addr || ':' || remote_port)
                FILTER (alone OR bytes_differ OR tasks_differ) AS example
        FROM pairs
        """;

    public static Check BothEndsAgree(RunFolder folder)
    {
        const string Name = "Every flow between nodes that ended by FIN is there at both ends, with the same payload bytes and task";
        if (!folder.FlowsMeasured)
        {
            return new Check(Name, CheckOutcome.NotMeasured, "flows were not measured");
        }

        long clocksDiffer = 2 * folder.Manifest.Nodes!.Values.Max(node => node.ClockBoundNs ?? 0);
        Row row = folder.Query(Pairs, clocksDiffer).Single();
        List<string> wrong = [.. Wrong(row), .. Silent(folder)];
        return Check.Of(Name, wrong.Count == 0, string.Join("; ", [$"{row.Long("ends")} ends", .. wrong]));
    }

    private static IEnumerable<string> Wrong(Row row)
    {
        if (row.StringOrNull("example") is { } example)
        {
            yield return $"{row.Long("alone")} without the other end";
            yield return $"{row.Long("bytes_differ")} with other bytes";
            yield return $"{row.Long("tasks_differ")} with another task";
            yield return $"for example {example}";
        }
    }

    /// <summary>A node that served tasks, measured flows and has none would otherwise look like a peer outside the testbed.</summary>
    private static IEnumerable<string> Silent(RunFolder folder)
    {
        const string Sql = "SELECT DISTINCT node FROM spans SEMI JOIN tasks USING (task_id) WHERE node NOT IN (SELECT node FROM flows) ORDER BY node";
        return from row in folder.Query(Sql)
               let node = row.String(0)
               where folder.Manifest.Nodes!.TryGetValue(node, out ManifestNode? known) && known.MeasuresFlows
               select $"no flow from {node}, which measured them";
    }
}
