namespace NodeBox.Store;

/// <summary>A table's name and its columns with DuckDB's types, in order.</summary>
public sealed record Table(string Name, IReadOnlyList<(string Name, string Type)> Columns)
{
    /// <summary>The columns separated by commas, for SELECT.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>Makes the table if it is not there.</summary>
    public void Create(Connection connection)
    {
        string columns = string.Join(", ", Columns.Select(column => $"{column.Name} {column.Type}"));
        connection.Execute($"CREATE TABLE IF NOT EXISTS {Name} ({columns})");
    }
}
