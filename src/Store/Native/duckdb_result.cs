using System.Runtime.InteropServices;

namespace NodeBox.Store.Native;

/// <summary>duckdb.h's <c>duckdb_result</c>: 48 bytes, opaque to us and passed by value to <c>duckdb_fetch_chunk</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct duckdb_result
{
    private readonly ulong deprecated_column_count;
    private readonly ulong deprecated_row_count;
    private readonly ulong deprecated_rows_changed;
    private readonly nint deprecated_columns;
    private readonly nint deprecated_error_message;
    private readonly nint internal_data;
}
