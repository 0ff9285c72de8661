namespace NodeBox.Store;

/// <summary>A transaction of one connection. Disposing it without <see cref="Commit"/> rolls back.</summary>
public sealed class Transaction : IDisposable
{
    private readonly Connection connection;
    private bool open;

    internal Transaction(Connection connection)
    {
        this.connection = connection;
        connection.Execute("BEGIN TRANSACTION");
        open = true;
    }

    /// <summary>Makes the changes durable: when this returns they survive a crash.</summary>
    public void Commit()
    {
        // A failed commit has already ended the transaction, so there is nothing left to roll back.
        open = false;
        connection.Execute("COMMIT");
    }

    public void Dispose()
    {
        if (open)
        {
            open = false;
            connection.Execute("ROLLBACK");
        }
    }
}
