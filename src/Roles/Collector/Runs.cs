using NodeBox.Store;

namespace NodeBox.Roles.Collector;

/// <summary>
/// Runs by name: the active one in the database, the finished ones as folders. One at a time is started, finished or dropped.
/// </summary>
internal sealed class Runs(CollectorDatabase database, string folder)
{
    private readonly Lock _gate = new();

    public string? Active => database.ActiveRun;

    /// <summary>Starts a run. False if one is active already.</summary>
    public bool TryStart(string runId)
    {
        lock (_gate)
        {
            return database.TryStart(runId);
        }
    }

    /// <summary>Writes the active run's files and ends it; null if it is not the active one.</summary>
    public RunFiles? Finish(string runId)
    {
        lock (_gate)
        {
            if (database.ActiveRun != runId)
            {
                return null;
            }

            RunFiles files = database.Read(connection => new RunFiles(
                runId,
                RunExport.Write(connection, runId, FolderOf(runId)),
                ReadLedgers(connection, runId)));
            database.End(runId);
            return files;
        }
    }

    /// <summary>Drops a run and its files. False if there is none of that name.</summary>
    public bool Drop(string runId)
    {
        lock (_gate)
        {
            bool active = database.ActiveRun == runId;
            if (active)
            {
                database.End(runId);
            }

            bool hasFiles = Directory.Exists(FolderOf(runId));
            if (hasFiles)
            {
                Directory.Delete(FolderOf(runId), recursive: true);
            }

            return active || hasFiles;
        }
    }

    /// <summary>The full path of a finished run's file; null if there is none, or the path leads out of the run's folder.</summary>
    public string? Find(string runId, string file)
    {
        string root = FolderOf(runId) + Path.DirectorySeparatorChar;
        string path = Path.GetFullPath(Path.Combine(root, file));
        return path.StartsWith(root, StringComparison.Ordinal) && File.Exists(path) ? path : null;
    }

    private static ProbeLedger[] ReadLedgers(Connection connection, string runId)
    {
        Result rows = connection.Query(
            """
            SELECT node, probe, at_ns, seen, filtered, aggregated, emitted, dropped, missed, figures FROM ledgers WHERE run_id = ?
            QUALIFY row_number() OVER (PARTITION BY node, probe ORDER BY rowid DESC) = 1 ORDER BY node, probe
            """,
            runId);
        return
        [
            .. rows.Select(row => new ProbeLedger(
                row.String(0),
                row.String(1),
                row.Long(2),
                row.Long(3),
                row.Long(4),
                row.Long(5),
                row.Long(6),
                row.Long(7),
                row.Long(8),
                row.String(9).Split(' ', StringSplitOptions.RemoveEmptyEntries))),
        ];
    }

    private string FolderOf(string runId) => Path.GetFullPath(Path.Combine(folder, runId));
}
