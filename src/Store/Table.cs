namespace NodeBox.Store;

/// <summary>A table's name and its columns with DuckDB's types, in order.</summary>
public sealed record Table(string Name, IReadOnlyList<(string Name, string Type)> Columns)
{
    /// <summary>The columns separated by commas, for SELECT.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>
    /// The same table with its lists as text, in DuckDB's notation: text is appended three times as fast, and
    /// <see cref="UnstagedColumnList"/> casts all of it at once.
    /// </summary>
    public Table Staged => this with { Columns = [.. Columns.Select(static column => IsList(column) ? column with { Type = "VARCHAR" } : column)] };

    /// <summary>As <see cref="ColumnList"/>, for selecting the rows of this table from its <see cref="Staged"/> form.</summary>
    public string UnstagedColumnList => string.Join(
        ", ", Columns.Select(static column => IsList(column) ? $"CAST({column.Name} AS {column.Type}) AS {column.Name}" : column.Name));

    /// <summary>Makes the table if it is not there.</summary>
    public void Create(Connection connection)
    {
        string columns = string.Join(", ", Columns.Select(column => $"{column.Name} {column.Type}"));
        connection.Execute($"CREATE TABLE IF NOT EXISTS {Name} ({columns})");
    }

    private static bool IsList((string Name, string Type) column) => column.Type.EndsWith("[]", StringComparison.Ordinal);
}
