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
            ("seen", "BIGINT"), ("filtered", "BIGINT"), ("aggregated", "BIGINT"), ("emitted", "BIGINT"), ("dropped", "BIGINT"), ("missed", "BIGINT"),
        ]);

    public static readonly Table Clocks = new(
        "clocks",
        [("run_id", "VARCHAR"), ("node", "VARCHAR"), ("at_ns", "BIGINT"), ("offset_ns", "BIGINT"), ("bound_ns", "BIGINT")]);

    /// <summary>The last sequence committed of each spool.</summary>
    private static readonly Table s_marks = new("marks", [("node", "VARCHAR"), ("spool_id", "VARCHAR"), ("sequence", "BIGINT")]);

    /// <summary>No row, or the run that records belong to.</summary>
    private static readonly Table s_activeRun = new("active_run", [("run_id", "VARCHAR")]);

    /// <summary>The names of the tables whose rows belong to a run.</summary>
    public static IEnumerable<string> WithRunId => Tables.All.Concat([Logs, Ledgers, Clocks]).Select(table => table.Name);

    public static void Create(Connection connection)
    {
        foreach (Table table in Tables.All.Concat([Logs, Ledgers, Clocks, s_marks, s_activeRun]))
        {
            table.Create(connection);
        }
    }
}
