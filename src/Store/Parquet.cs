namespace NodeBox.Store;

/// <summary>Parquet files, written and read by DuckDB.</summary>
public static class Parquet
{
    /// <summary>
    /// Writes the rows of <paramref name="query"/> to <paramref name="path"/>, compressed by zstd; an empty result gives a file with a
    /// schema and no rows.
    /// </summary>
    /// <exception cref="DuckDbException">The query failed or the file cannot be written.</exception>
    public static void Export(Connection connection, string query, string path) =>
        connection.Execute($"COPY ({query}) TO {Quote(path)} (FORMAT parquet, COMPRESSION zstd)");

    /// <summary>Makes a view called <paramref name="name"/> of the file, so that queries read it as a table.</summary>
    /// <exception cref="DuckDbException">The file is missing or no Parquet file.</exception>
    public static void CreateView(Connection connection, string name, string path) =>
        connection.Execute($"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({Quote(path)})");

    private static string Quote(string text) => $"'{text.Replace("'", "''")}'";
}
