using Google.Protobuf;
using NodeBox.Store;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Collector;

/// <summary>
/// The collector's tables. A batch and the mark of its spool are one transaction, so that each batch is in the tables exactly once
/// however often it is sent. One writer: every member waits for the others.
/// </summary>
internal sealed class CollectorDatabase : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Database _database;
    private readonly Connection _connection;
    private readonly Dictionary<(string Node, string Spool), long> _marks = [];
    private readonly int _maxIdleRecords;
    private long _idleRecords;

    private CollectorDatabase(Database database, int maxIdleRecords)
    {
        _database = database;
        _connection = database.Connect();
        _maxIdleRecords = maxIdleRecords;
    }

    /// <summary>The run that records belong to now, or null between runs. It survives a restart.</summary>
    public string? ActiveRun { get; private set; }

    /// <summary>Opens or creates the database at <paramref name="path"/>.</summary>
    /// <exception cref="DuckDbException">DuckDB cannot open it, for example because another process has it.</exception>
    public static CollectorDatabase Open(string path, int maxIdleRecords)
    {
        CollectorDatabase database = new(Database.Open(path), maxIdleRecords);
        database.Load();
        return database;
    }

    /// <summary>Commits the batch if it is new. When this returns it is durable.</summary>
    /// <exception cref="DuckDbException">Nothing was committed; for example the disk is full.</exception>
    public void Commit(Batch batch)
    {
        lock (_gate)
        {
            (string, string) spool = (batch.Node, Hex(batch.SpoolId));
            long sequence = (long)batch.Sequence;
            if (_marks.TryGetValue(spool, out long mark) && sequence <= mark)
            {
                return;
            }

            using (Transaction transaction = _connection.Begin())
            {
                BatchRows.Append(_connection, batch, ActiveRun);
                _connection.Query("DELETE FROM marks WHERE node = ? AND spool_id = ?", batch.Node, spool.Item2);
                _connection.Query("INSERT INTO marks VALUES (?, ?, ?)", batch.Node, spool.Item2, sequence);
                transaction.Commit();
            }

            _marks[spool] = sequence;
            BoundIdleRecords(batch);
        }
    }

    /// <summary>Makes <paramref name="runId"/> the active run. False if another one is active, or the same.</summary>
    public bool TryStart(string runId)
    {
        lock (_gate)
        {
            if (ActiveRun is not null)
            {
                return false;
            }

            using Transaction transaction = _connection.Begin();
            DeleteIdleRecords();
            _connection.Query("INSERT INTO active_run VALUES (?)", runId);
            transaction.Commit();
            ActiveRun = runId;
            return true;
        }
    }

    /// <summary>Hands the connection to <paramref name="read"/> while nothing is committed.</summary>
    public T Read<T>(Func<Connection, T> read)
    {
        lock (_gate)
        {
            return read(_connection);
        }
    }

    /// <summary>Ends the active run and deletes its records, which its files hold by now or nobody wants.</summary>
    public void End(string runId)
    {
        lock (_gate)
        {
            using (Transaction transaction = _connection.Begin())
            {
                foreach (string table in CollectorTables.WithRunId)
                {
                    _connection.Query($"DELETE FROM {table} WHERE run_id = ?", runId);
                }

                _connection.Execute("DELETE FROM active_run");
                transaction.Commit();
            }

            ActiveRun = null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _connection.Dispose();
            _database.Dispose();
        }
    }

    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    private void Load()
    {
        CollectorTables.Create(_connection);
        ActiveRun = _connection.Query("SELECT run_id FROM active_run").Select(row => row.String(0)).FirstOrDefault();
        foreach (Row row in _connection.Query("SELECT node, spool_id, sequence FROM marks"))
        {
            _marks[(row.String(0), row.String(1))] = row.Long(2);
        }

        DeleteIdleRecords();
    }

    private void BoundIdleRecords(Batch batch)
    {
        if (ActiveRun is null)
        {
            _idleRecords += BatchRows.Count(batch);
            if (_idleRecords > _maxIdleRecords)
            {
                DeleteIdleRecords();
            }
        }
    }

    private void DeleteIdleRecords()
    {
        foreach (string table in CollectorTables.WithRunId)
        {
            _connection.Execute($"DELETE FROM {table} WHERE run_id IS NULL");
        }

        _idleRecords = 0;
    }
}
