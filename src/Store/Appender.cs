using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using NodeBox.Store.Native;

namespace NodeBox.Store;

/// <summary>
/// Bulk writer to one table: values in column order, then <see cref="EndRow"/>. Rows arrive at <see cref="Flush"/>;
/// those not flushed when it is disposed are discarded. After an error only disposing makes sense.
/// </summary>
public sealed class Appender : IDisposable
{
    private nint _handle;

    internal Appender(nint connection, string table)
    {
        if (DuckDb.duckdb_appender_create(connection, null, table, out _handle) != 0)
        {
            string reason = Error();
            Dispose();
            throw new DuckDbException(reason);
        }
    }

    public void Append(long value) => Check(DuckDb.duckdb_append_int64(_handle, value));

    public void Append(double value) => Check(DuckDb.duckdb_append_double(_handle, value));

    public void Append(bool value) => Check(DuckDb.duckdb_append_bool(_handle, value));

    public void Append(bool? value)
    {
        if (value is { } known)
        {
            Append(known);
        }
        else
        {
            AppendNull();
        }
    }

    public void AppendNull() => Check(DuckDb.duckdb_append_null(_handle));

    public void Append(long? value)
    {
        if (value is { } number)
        {
            Append(number);
        }
        else
        {
            AppendNull();
        }
    }

    public unsafe void Append(string? value)
    {
        if (value is null)
        {
            AppendNull();
            return;
        }

        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        try
        {
            int length = Encoding.UTF8.GetBytes(value, utf8);
            fixed (byte* start = utf8)
            {
                Check(DuckDb.duckdb_append_varchar_length(_handle, start, (ulong)length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>Ends the row. Every column must have had its value.</summary>
    public void EndRow() => Check(DuckDb.duckdb_appender_end_row(_handle));

    /// <summary>Writes the ended rows to the table.</summary>
    public void Flush() => Check(DuckDb.duckdb_appender_flush(_handle));

    public void Dispose()
    {
        if (_handle != 0)
        {
            // Destroying alone would flush what an exception left half done.
            _ = DuckDb.duckdb_appender_clear(_handle);
            _ = DuckDb.duckdb_appender_destroy(ref _handle);
        }
    }

    private void Check(int state)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        if (state != 0)
        {
            throw new DuckDbException(Error());
        }
    }

    private string Error() => Marshal.PtrToStringUTF8(DuckDb.duckdb_appender_error(_handle)) ?? "the appender failed";
}
