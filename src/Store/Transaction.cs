namespace NodeBox.Store;

/// <summary>A transaction of one connection. Disposing it without <see cref="Commit"/> rolls back.</summary>
public sealed class Transaction : IDisposable
{
    private readonly Connection _connection;
    private bool _open;

    internal Transaction(Connection connection)
    {
        _connection = connection;
        _connection.Execute("BEGIN TRANSACTION");
        _open = true;
    }

    /// <summary>Makes the changes durable: when this returns they survive a crash.</summary>
    public void Commit()
    {
        // A failed commit has already ended the transaction, so there is nothing left to roll back.
        _open = false;
        _connection.Execute("COMMIT");
    }

    public void Dispose()
    {
        if (_open)
        {
            _open = false;
            _connection.Execute("ROLLBACK");
        }
    }
}
