using NodeBox.Store;

namespace NodeBox.Analysis.Checks;

/// <summary>Whether both ends of each connection tell the same.</summary>
internal static class FlowChecks
{
    /// <summary>
    /// Each flow that ended by FIN and whose peer is a node that measured flows, with the record of the other end. A flow that served no
    /// task counts only if it began and ended while tasks ran: at the edges of the run one end can close after its node was asked for the
    /// last time. A flow that served several tasks names none; $1 says whether it can.
    /// </summary>
    private const string Pairs =
        """
        WITH run AS (SELECT min(begin_ns) AS first_ns, max(end_ns) AS final_ns FROM tasks),
        serving AS (SELECT DISTINCT flow_id, node FROM slices WHERE task_id IS NOT NULL),
        closed AS (
            SELECT flows.* FROM flows, run
            WHERE path = 'link' AND close_reason = 'FIN' AND remote_addr IN (SELECT local_addr FROM flows WHERE path = 'link')
                AND (task_id IS NOT NULL OR begin_ns >= first_ns AND end_ns <= final_ns OR (flow_id, node) IN (FROM serving))),
        pairs AS (
            SELECT here.*, there.flow_id IS NULL AS alone,
                here.tx_bytes IS DISTINCT FROM there.rx_bytes OR here.rx_bytes IS DISTINCT FROM there.tx_bytes AS bytes_differ,
                CASE WHEN $1 THEN here.task_id <> there.task_id ELSE here.task_id IS DISTINCT FROM there.task_id END AS tasks_differ
            FROM closed AS here LEFT JOIN flow_pairs USING (flow_id, node)
                LEFT JOIN flows AS there ON there.flow_id = peer_flow_id AND there.node = peer_node)
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
            return Check.NotMeasured(Name, "flows were not measured");
        }

        Row row = folder.Query(Pairs, folder.SlicesMeasured).Single();
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
        const string Sql =
            """
            SELECT DISTINCT node FROM spans SEMI JOIN tasks USING (task_id) WHERE node NOT IN (SELECT node FROM flows) ORDER BY node
            """;
        return from row in folder.Query(Sql)
               let node = row.String(0)
               where folder.Manifest.Nodes!.TryGetValue(node, out ManifestNode? known) && known.MeasuresFlows
               select $"no flow from {node}, which measured them";
    }
}
