using NodeBox.Store;

namespace NodeBox.Analysis;

/// <summary>A run folder's files, opened as views with the columns of <see cref="Tables"/>.</summary>
internal static class RunTables
{
    // The last column that each table had from the beginning. A folder that lacks a later one is older: the column is read as null.
    private static readonly Dictionary<string, string> s_lastOfTheBeginning = new()
    {
        ["tasks"] = "service_calls",
        ["flows"] = "span_id",
        ["slices"] = "shared",
    };

    /// <summary>Opens what every folder has, and the optional packets, which are an empty table where they were not recorded.</summary>
    /// <param name="connection">Where the views are made.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="whyMissing">What the manifest says of a run that was cut short, for the message about a missing file.</param>
    /// <exception cref="RunFolderException">A file is missing, broken, or another table.</exception>
    public static void Open(Connection connection, string folder, string whyMissing)
    {
        foreach (Table table in Tables.All)
        {
            string file = FileOf(folder, table);
            if (!File.Exists(file))
            {
                throw new RunFolderException($"{file}: is missing, so {folder} is no complete run folder{whyMissing}");
            }

            Open(connection, table, file);
        }

        if (File.Exists(FileOf(folder, Tables.Packets)))
        {
            Open(connection, Tables.Packets, FileOf(folder, Tables.Packets));
        }
        else
        {
            Tables.Packets.Create(connection);
        }
    }

    public static string FileOf(string folder, Table table) => Path.Combine(folder, $"{table.Name}.parquet");

    private static void Open(Connection connection, Table table, string file)
    {
        try
        {
            string raw = $"{table.Name}_file";
            Parquet.CreateView(connection, raw, file);
            IReadOnlyList<string> there = connection.Query($"SELECT * FROM {raw} LIMIT 0").Columns;
            IEnumerable<string> columns = table.Columns.Select(
                (column, at) => there.Contains(column.Name) || at <= LastOfTheBeginning(table)
                    ? column.Name
                    : $"CAST(NULL AS {column.Type}) AS {column.Name}");
            connection.Execute($"CREATE VIEW {table.Name} AS SELECT {string.Join(", ", columns)} FROM {raw}");
        }
        catch (DuckDbException e)
        {
            throw new RunFolderException($"{file}: cannot be read as the table {table.Name}: {e.Message}", e);
        }
    }

    private static int LastOfTheBeginning(Table table) => s_lastOfTheBeginning.TryGetValue(table.Name, out string? last)
        ? table.Columns.Select(column => column.Name).ToList().IndexOf(last)
        : table.Columns.Count;
}
