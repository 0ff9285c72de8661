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
    private readonly Dictionary<(string Node, string Spool), long> _marks = [];
    private readonly string _path;
    private readonly int _maxIdleRecords;
    private Database? _database;
    private Connection? _connection;
    private long _idleRecords;

    private CollectorDatabase(string path, int maxIdleRecords)
    {
        _path = path;
        _maxIdleRecords = maxIdleRecords;
    }

    /// <summary>The run that records belong to now, or null between runs. It survives a restart.</summary>
    public string? ActiveRun { get; private set; }

    /// <summary>Opens or creates the database at <paramref name="path"/>.</summary>
    /// <exception cref="DuckDbException">DuckDB cannot open it, for example because another process has it.</exception>
    public static CollectorDatabase Open(string path, int maxIdleRecords)
    {
        CollectorDatabase database = new(path, maxIdleRecords);
        database.Read(connection => connection.Query("SELECT 1"));
        return database;
    }

    /// <summary>Commits the batch if it is new. When this returns it is durable.</summary>
    /// <exception cref="DuckDbException">The batch is to be sent again: for example, the disk is full.</exception>
    public void Commit(Batch batch) => Write(connection =>
    {
        (string Node, string Id) spool = (batch.Node, Convert.ToHexStringLower(batch.SpoolId.Span));
        long sequence = (long)batch.Sequence;
        if (_marks.TryGetValue(spool, out long mark) && sequence <= mark)
        {
            return;
        }

        using (Transaction transaction = connection.Begin())
        {
            BatchRows.Append(connection, batch, ActiveRun);
            connection.Query("DELETE FROM marks WHERE node = ? AND spool_id = ?", spool.Node, spool.Id);
            connection.Query("INSERT INTO marks VALUES (?, ?, ?)", spool.Node, spool.Id, sequence);
            transaction.Commit();
        }

        _marks[spool] = sequence;
        BoundIdleRecords(connection, batch);
    });

    /// <summary>Makes <paramref name="runId"/> the active run. False if another one is active, or the same.</summary>
    public bool TryStart(string runId) => Read(connection =>
    {
        if (ActiveRun is not null)
        {
            return false;
        }

        using Transaction transaction = connection.Begin();
        DeleteIdleRecords(connection);
        connection.Query("INSERT INTO active_run VALUES (?)", runId);
        transaction.Commit();
        ActiveRun = runId;
        return true;
    });

    /// <summary>Ends the active run and deletes its records, which its files hold by now or nobody wants.</summary>
    public void End(string runId) => Write(connection =>
    {
        using (Transaction transaction = connection.Begin())
        {
            foreach (string table in CollectorTables.WithRunId)
            {
                connection.Query($"DELETE FROM {table} WHERE run_id = ?", runId);
            }

            connection.Execute("DELETE FROM active_run");
            transaction.Commit();
        }

        ActiveRun = null;
    });

    /// <summary>Hands the connection to <paramref name="use"/> while nobody else has it.</summary>
    public T Read<T>(Func<Connection, T> use)
    {
        lock (_gate)
        {
            try
            {
                return use(_connection ?? Connect());
            }
            catch (DuckDbException e) when (e.IsFatal)
            {
                Disconnect();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            Disconnect();
        }
    }

    private void Write(Action<Connection> use) => Read(connection =>
    {
        use(connection);
        return true;
    });

    /// <summary>
    /// Opens the file at first, and again after DuckDB has given it up. What it holds is the truth; what is remembered here follows it.
    /// </summary>
    private Connection Connect()
    {
        _database = Database.Open(_path);
        try
        {
            _connection = _database.Connect();
            Load(_connection);
            return _connection;
        }
        catch (DuckDbException)
        {
            Disconnect();
            throw;
        }
    }

    private void Load(Connection connection)
    {
        CollectorTables.Create(connection);
        ActiveRun = connection.Query("SELECT run_id FROM active_run").Select(row => row.String(0)).FirstOrDefault();
        _marks.Clear();
        foreach (Row row in connection.Query("SELECT node, spool_id, sequence FROM marks"))
        {
            _marks[(row.String(0), row.String(1))] = row.Long(2);
        }

        DeleteIdleRecords(connection);
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
        _database?.Dispose();
        _database = null;
    }

    private void BoundIdleRecords(Connection connection, Batch batch)
    {
        if (ActiveRun is null)
        {
            _idleRecords += BatchRows.Count(batch);
            if (_idleRecords > _maxIdleRecords)
            {
                DeleteIdleRecords(connection);
            }
        }
    }

    private void DeleteIdleRecords(Connection connection)
    {
        foreach (string table in CollectorTables.WithRunId)
        {
            connection.Execute($"DELETE FROM {table} WHERE run_id IS NULL");
        }

        _idleRecords = 0;
    }
}
