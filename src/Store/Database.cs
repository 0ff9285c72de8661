using System.Runtime.InteropServices;
using NodeBox.Store.Native;

namespace NodeBox.Store;

/// <summary>One DuckDB database: a file that no other process may have open, or memory. Thread-safe; its connections are not.</summary>
public sealed class Database : IDisposable
{
    private nint _handle;

    private Database(nint handle) => _handle = handle;

    /// <summary>Opens or creates the database file at <paramref name="path"/>; null is a database in memory.</summary>
    /// <param name="path">The file, whose folder must exist.</param>
    /// <param name="threads">DuckDB's worker threads; nodebox shares its cores with what it measures.</param>
    /// <param name="memoryLimit">DuckDB's own notation, as in <c>512MB</c>.</param>
    /// <exception cref="DuckDbException">The library is missing, or DuckDB's reason not to open the file.</exception>
    public static Database Open(string? path, int threads = 2, string memoryLimit = "512MB")
    {
        Library.Require();
        nint config = Configure(threads, memoryLimit);
        try
        {
            if (DuckDb.duckdb_open_ext(path, out nint handle, config, out nint error) != 0)
            {
                string reason = Marshal.PtrToStringUTF8(error) ?? "no reason given";
                DuckDb.duckdb_free(error);
                throw new DuckDbException($"cannot open the database {path ?? "in memory"}: {reason}");
            }

            return new Database(handle);
        }
        finally
        {
            DuckDb.duckdb_destroy_config(ref config);
        }
    }

    /// <summary>A new connection. Use it from one thread at a time and dispose it before the database.</summary>
    public Connection Connect()
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        if (DuckDb.duckdb_connect(_handle, out nint connection) != 0)
        {
            throw new DuckDbException("cannot connect to the database");
        }

        return new Connection(connection);
    }

    public void Dispose() => DuckDb.duckdb_close(ref _handle);

    private static nint Configure(int threads, string memoryLimit)
    {
        if (DuckDb.duckdb_create_config(out nint config) != 0)
        {
            throw new DuckDbException("DuckDB could not make a configuration");
        }

        // Extensions would be fetched over the network; everything used here is linked into the library.
        (string Name, string Value)[] options =
        [
            ("threads", threads.ToString()),
            ("memory_limit", memoryLimit),
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
        ];
        foreach ((string name, string value) in options)
        {
            if (DuckDb.duckdb_set_config(config, name, value) != 0)
            {
                DuckDb.duckdb_destroy_config(ref config);
                throw new DuckDbException($"DuckDB refuses the setting {name} = {value}");
            }
        }

        return config;
    }
}
