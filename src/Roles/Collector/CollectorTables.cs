using NodeBox.Store;

namespace NodeBox.Roles.Collector;

/// <summary>What the collector's database holds: the tables of the run folder, and its own.</summary>
internal static class CollectorTables
{
    public static readonly Table Logs = new(
        "logs",
        [("run_id", "VARCHAR"), ("node", "VARCHAR"), ("at_ns", "BIGINT"), ("level", "VARCHAR"), ("text", "VARCHAR")]);

    public static readonly Table Ledgers = new(
        "ledgers",
        [
            ("run_id", "VARCHAR"), ("node", "VARCHAR"), ("probe", "VARCHAR"), ("at_ns", "BIGINT"),
            ("seen", "BIGINT"), ("filtered", "BIGINT"), ("aggregated", "BIGINT"),
            ("emitted", "BIGINT"), ("dropped", "BIGINT"), ("missed", "BIGINT"), ("figures", "VARCHAR"),
        ]);

    /// <summary>The last sequence committed of each spool.</summary>
    private static readonly Table s_marks = new("marks", [("node", "VARCHAR"), ("spool_id", "VARCHAR"), ("sequence", "BIGINT")]);

    /// <summary>No row, or the run that records belong to.</summary>
    private static readonly Table s_activeRun = new("active_run", [("run_id", "VARCHAR")]);

    private static readonly Table[] s_withRunId = [.. Tables.All, Tables.Packets, Logs, Ledgers];

    /// <summary>The names of the tables whose rows belong to a run.</summary>
    public static IEnumerable<string> WithRunId => s_withRunId.Select(static table => table.Name);

    public static void Create(Connection connection)
    {
        foreach (Table table in s_withRunId.Concat([s_marks, s_activeRun]))
        {
            Create(connection, table.Staged);
        }
    }

    // The tables hold the run that is going on and what is not acknowledged yet: those of an older version, with other columns, are not
    // worth migrating.
    private static void Create(Connection connection, Table table)
    {
        Result columns = connection.Query(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", table.Name);
        if (columns.Count > 0 && !columns.Select(static row => (row.String(0), row.String(1))).SequenceEqual(table.Columns))
        {
            connection.Execute($"DROP TABLE {table.Name}");
        }

        table.Create(connection);
    }
}
