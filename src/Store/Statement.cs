using System.Runtime.InteropServices;
using System.Text;
using NodeBox.Store.Native;

namespace NodeBox.Store;

/// <summary>A prepared statement, made and used up by one query.</summary>
internal sealed class Statement : IDisposable
{
    private nint _handle;

    public Statement(nint connection, string sql)
    {
        if (DuckDb.duckdb_prepare(connection, sql, out _handle) != 0)
        {
            string reason = Marshal.PtrToStringUTF8(DuckDb.duckdb_prepare_error(_handle)) ?? "the statement cannot be prepared";
            Dispose();
            throw new DuckDbException(reason);
        }
    }

    public void Bind(ReadOnlySpan<object?> parameters)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            if (Bind((ulong)i + 1, parameters[i]) != 0)
            {
                throw new DuckDbException($"parameter {i + 1} cannot be bound: the statement has fewer parameters");
            }
        }
    }

    public int Execute(out duckdb_result result) => DuckDb.duckdb_execute_prepared(_handle, out result);

    public void Dispose() => DuckDb.duckdb_destroy_prepare(ref _handle);

    private int Bind(ulong index, object? value) => value switch
    {
        null => DuckDb.duckdb_bind_null(_handle, index),
        bool flag => DuckDb.duckdb_bind_boolean(_handle, index, flag),
        int number => DuckDb.duckdb_bind_int64(_handle, index, number),
        long number => DuckDb.duckdb_bind_int64(_handle, index, number),
        double number => DuckDb.duckdb_bind_double(_handle, index, number),
        string text => BindText(index, text),
        _ => throw new ArgumentException($"parameter {index} is a {value.GetType().Name}; use null, bool, int, long, double or string"),
    };

    private unsafe int BindText(ulong index, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = utf8)
        {
            // An empty array pins as null, which DuckDB would take for a missing value.
            byte empty = 0;
            return DuckDb.duckdb_bind_varchar_length(_handle, index, start is null ? &empty : start, (ulong)utf8.Length);
        }
    }
}
