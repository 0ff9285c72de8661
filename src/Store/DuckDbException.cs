namespace NodeBox.Store;

/// <summary>DuckDB refused something; the message is its own, and names the statement's fault.</summary>
public sealed class DuckDbException : Exception
{
    public DuckDbException(string message)
        : base(message)
    {
    }

    public DuckDbException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>
    /// Whether DuckDB has given the database up, for example because a full disk failed a checkpoint: it must be opened again.
    /// </summary>
    public bool IsFatal => Message.StartsWith("FATAL Error", StringComparison.Ordinal);
}
