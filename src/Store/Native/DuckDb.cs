using System.Runtime.InteropServices;

namespace NodeBox.Store.Native;

/// <summary>The part of DuckDB's C API (duckdb.h of 1.5) that this project calls. Handles are pointers; a state of 0 is success.</summary>
internal static unsafe partial class DuckDb
{
    public const string Library = "duckdb";

    [LibraryImport(Library)]
    public static partial nint duckdb_library_version();

    [LibraryImport(Library)]
    public static partial void duckdb_free(nint pointer);

    [LibraryImport(Library)]
    public static partial int duckdb_create_config(out nint config);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_set_config(nint config, string name, string option);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_config(ref nint config);

    /// <summary>The message in <paramref name="error"/> is ours to free.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_open_ext(string? path, out nint database, nint config, out nint error);

    [LibraryImport(Library)]
    public static partial void duckdb_close(ref nint database);

    [LibraryImport(Library)]
    public static partial int duckdb_connect(nint database, out nint connection);

    [LibraryImport(Library)]
    public static partial void duckdb_disconnect(ref nint connection);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_query(nint connection, string sql, out duckdb_result result);

    /// <summary>The message belongs to the result.</summary>
    [LibraryImport(Library)]
    public static partial nint duckdb_result_error(ref duckdb_result result);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_result(ref duckdb_result result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_prepare(nint connection, string sql, out nint statement);

    [LibraryImport(Library)]
    public static partial nint duckdb_prepare_error(nint statement);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_prepare(ref nint statement);

    [LibraryImport(Library)]
    public static partial int duckdb_execute_prepared(nint statement, out duckdb_result result);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_null(nint statement, ulong index);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_boolean(nint statement, ulong index, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_int64(nint statement, ulong index, long value);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_double(nint statement, ulong index, double value);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_varchar_length(nint statement, ulong index, byte* value, ulong length);

    [LibraryImport(Library)]
    public static partial ulong duckdb_column_count(ref duckdb_result result);

    /// <summary>The name belongs to the result.</summary>
    [LibraryImport(Library)]
    public static partial nint duckdb_column_name(ref duckdb_result result, ulong column);

    [LibraryImport(Library)]
    public static partial duckdb_type duckdb_column_type(ref duckdb_result result, ulong column);

    /// <summary>The next chunk, ours to destroy, or 0 at the end.</summary>
    [LibraryImport(Library)]
    public static partial nint duckdb_fetch_chunk(duckdb_result result);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_data_chunk(ref nint chunk);

    [LibraryImport(Library)]
    public static partial ulong duckdb_data_chunk_get_size(nint chunk);

    [LibraryImport(Library)]
    public static partial nint duckdb_data_chunk_get_vector(nint chunk, ulong column);

    [LibraryImport(Library)]
    public static partial void* duckdb_vector_get_data(nint vector);

    /// <summary>One bit a row, set where the row is not null; null when no row is.</summary>
    [LibraryImport(Library)]
    public static partial ulong* duckdb_vector_get_validity(nint vector);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_appender_create(nint connection, string? schema, string table, out nint appender);

    /// <summary>The message belongs to the appender.</summary>
    [LibraryImport(Library)]
    public static partial nint duckdb_appender_error(nint appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_flush(nint appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_clear(nint appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_destroy(ref nint appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_end_row(nint appender);

    [LibraryImport(Library)]
    public static partial int duckdb_append_null(nint appender);

    [LibraryImport(Library)]
    public static partial int duckdb_append_bool(nint appender, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_int64(nint appender, long value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_double(nint appender, double value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_varchar_length(nint appender, byte* value, ulong length);
}
