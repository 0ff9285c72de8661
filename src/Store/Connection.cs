using System.Runtime.InteropServices;
using NodeBox.Store.Native;

namespace NodeBox.Store;

/// <summary>One connection and its transaction state. Not thread-safe.</summary>
public sealed class Connection : IDisposable
{
    private nint _handle;

    internal Connection(nint handle) => _handle = handle;

    /// <summary>Runs one or more statements and drops their results.</summary>
    /// <exception cref="DuckDbException">The first statement that failed, in DuckDB's words.</exception>
    public void Execute(string sql)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        int state = DuckDb.duckdb_query(_handle, sql, out duckdb_result result);
        try
        {
            ThrowOnError(state, ref result);
        }
        finally
        {
            DuckDb.duckdb_destroy_result(ref result);
        }
    }

    /// <summary>Runs one statement and reads its whole result.</summary>
    /// <param name="sql">One statement; its parameters are <c>?</c> or <c>$1</c>.</param>
    /// <param name="parameters">Values in order: null, bool, int, long, double or string.</param>
    /// <exception cref="DuckDbException">
    /// The statement failed, or a column has a type that <see cref="Row"/> cannot read: cast it in SQL.
    /// </exception>
    public Result Query(string sql, params ReadOnlySpan<object?> parameters)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        using Statement statement = new(_handle, sql);
        statement.Bind(parameters);
        int state = statement.Execute(out duckdb_result result);
        try
        {
            ThrowOnError(state, ref result);
            return Result.Read(ref result);
        }
        finally
        {
            DuckDb.duckdb_destroy_result(ref result);
        }
    }

    /// <summary>Begins a transaction; disposing it without a commit rolls back.</summary>
    public Transaction Begin() => new(this);

    /// <summary>A bulk writer to <paramref name="table"/>, part of the transaction that is open when it flushes.</summary>
    public Appender Append(string table)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        return new Appender(_handle, table);
    }

    public void Dispose() => DuckDb.duckdb_disconnect(ref _handle);

    private static void ThrowOnError(int state, ref duckdb_result result)
    {
        if (state != 0)
        {
            throw new DuckDbException(Marshal.PtrToStringUTF8(DuckDb.duckdb_result_error(ref result)) ?? "the statement failed");
        }
    }
}
