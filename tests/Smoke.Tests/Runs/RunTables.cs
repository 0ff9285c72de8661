using NodeBox.Store;

namespace NodeBox.Smoke.Tests.Runs;

/// <summary>A run folder's Parquet files, by SQL.</summary>
internal sealed class RunTables : IDisposable
{
    private readonly Database _database = Database.Open(null);
    private readonly Connection _connection;

    /// <param name="folder">The run folder.</param>
    public RunTables(string folder)
    {
        _connection = _database.Connect();
        foreach (string file in Directory.EnumerateFiles(folder, "*.parquet"))
        {
            Parquet.CreateView(_connection, Path.GetFileNameWithoutExtension(file), file);
        }
    }

    /// <summary>All rows of a query.</summary>
    public Result Query(string sql) => _connection.Query(sql);

    /// <summary>The only value of a query that counts.</summary>
    public long Count(string sql) => Query(sql).Single().Long(0);

    /// <summary>A table's columns, as in "rep BIGINT".</summary>
    public IReadOnlyList<string> ColumnsOf(string table) =>
        [.. Query($"SELECT column_name || ' ' || column_type FROM (DESCRIBE {table})").Select(static row => row.String(0))];

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }
}
