using System.Globalization;
using NodeBox.Store;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Collector;

/// <summary>Writes what the collector adds to a run folder: one Parquet file a table and one log a node.</summary>
internal static class RunExport
{
    // A client span's call is in its attributes; a task's calls are those of its trace.
    private const string TasksQuery =
        $$"""
        WITH calls AS (
          SELECT task_id, attributes->>'$."{{SemanticConventions.Call}}"' AS call FROM spans WHERE run_id = {0} AND kind = 'client'
        ), counts AS (
          SELECT task_id,
            count(*) FILTER (call = 'llm') AS llm_calls, count(*) FILTER (call = 'tool') AS tool_calls,
            count(*) FILTER (call = 'agent') AS agent_messages, count(*) FILTER (call = 'service') AS service_calls
          FROM calls GROUP BY task_id
        )
        SELECT run_id, rep, scenario, variant, task_key, task_id, intended_begin_ns, begin_ns, end_ns, outcome,
          coalesce(counts.llm_calls, 0) AS llm_calls, coalesce(counts.tool_calls, 0) AS tool_calls,
          coalesce(counts.agent_messages, 0) AS agent_messages, coalesce(counts.service_calls, 0) AS service_calls, correct
        FROM tasks LEFT JOIN counts USING (task_id) WHERE run_id = {0} ORDER BY begin_ns
        """;

    // A connection open at a flush has a snapshot and later its end: the last record says all that the others said.
    private const string FlowsQuery =
        """
        SELECT {1} FROM flows WHERE run_id = {0}
        QUALIFY row_number() OVER (PARTITION BY node, flow_id ORDER BY rowid DESC) = 1 ORDER BY begin_ns
        """;

    private const string SpansQuery = "SELECT {1} FROM spans WHERE run_id = {0} ORDER BY begin_ns";

    // A slice has a record at each flush, and another when a late retransmission or duplicate amends it.
    private const string SlicesQuery =
        """
        SELECT {1} FROM slices WHERE run_id = {0}
        QUALIFY row_number() OVER (PARTITION BY node, flow_id, slice ORDER BY rowid DESC) = 1 ORDER BY begin_ns, flow_id, slice
        """;

    private const string PacketsQuery = "SELECT {1} FROM packets WHERE run_id = {0} ORDER BY at_ns";
    private const string RetransmitsQuery = "SELECT {1} FROM retransmits WHERE run_id = {0} ORDER BY at_ns";

    private static readonly (Table Table, string Query)[] s_exports =
    [
        (Tables.Tasks, TasksQuery),
        (Tables.Spans, SpansQuery),
        (Tables.Flows, FlowsQuery),
        (Tables.Slices, SlicesQuery),
        (Tables.Retransmits, RetransmitsQuery),
    ];

    /// <summary>Writes the files into <paramref name="folder"/> and names them, relative to it.</summary>
    /// <param name="connection">The collector's database.</param>
    /// <param name="runId">A run's name that <see cref="RunName.IsValid"/> has passed.</param>
    /// <param name="folder">Made if it is not there.</param>
    public static IReadOnlyList<string> Write(Connection connection, string runId, string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        List<string> files = [];
        bool hasPackets = connection.Query("SELECT 1 FROM packets WHERE run_id = ? LIMIT 1", runId).Any();
        foreach ((Table table, string query) in hasPackets ? [.. s_exports, (Tables.Packets, PacketsQuery)] : s_exports)
        {
            string file = table.Name + ".parquet";
            string sql = string.Format(CultureInfo.InvariantCulture, query, $"'{runId}'", table.UnstagedColumnList);
            Parquet.Export(connection, sql, Path.Combine(folder, file));
            files.Add(file);
        }

        foreach (Row row in connection.Query("SELECT DISTINCT node FROM logs WHERE run_id = ? ORDER BY node", runId))
        {
            string file = $"logs/{row.String(0)}.log";
            Result lines = connection.Query(
                "SELECT at_ns, level, text FROM logs WHERE run_id = ? AND node = ? ORDER BY at_ns, rowid", runId, row.String(0));
            File.WriteAllLines(Path.Combine(folder, file), lines.Select(AsLine));
            files.Add(file);
        }

        return files;
    }

    private static string AsLine(Row row)
    {
        DateTime at = DateTime.UnixEpoch.AddTicks(row.Long(0) / TimeSpan.NanosecondsPerTick);
        string text = row.String(2).ReplaceLineEndings("\\n");
        return string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} {row.String(1)} {text}");
    }
}
