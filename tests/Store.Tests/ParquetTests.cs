namespace NodeBox.Store.Tests;

public sealed class ParquetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-parquet-it's-").FullName;
    private readonly Database _database = Database.Open(null);
    private readonly Connection _connection;

    public ParquetTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        string path = Path.Combine(_folder, "t.parquet");
        Parquet.Export(_connection, "SELECT i, CASE WHEN i % 3 = 0 THEN 'é' || i END AS s FROM range(10000) t(i)", path);
        Parquet.CreateView(_connection, "back", path);
        Row row = _connection.Query("SELECT count(*), sum(i), count(s), max(s) FROM back").Single();
        Assert.Equal(10000, row.Long(0));
        Assert.Equal(49_995_000, row.Long(1));
        Assert.Equal(3334, row.Long(2));
        Assert.Equal("é9999", row.String(3));
    }

    [Fact]
    public void Every_table_keeps_its_columns_and_types_without_a_row()
    {
        foreach (Table table in Tables.All.Append(Tables.Packets))
        {
            table.Create(_connection);
            string path = Path.Combine(_folder, table.Name + ".parquet");
            Parquet.Export(_connection, $"SELECT {table.ColumnList} FROM {table.Name}", path);
            Parquet.CreateView(_connection, "back", path);
            IEnumerable<(string, string)> columns = _connection.Query("DESCRIBE back").Select(row => (row.String(0), row.String(1)));
            Assert.Equal(table.Columns, columns);
            Assert.Equal(0, _connection.Query("SELECT count(*) FROM back").Single().Long(0));
        }
    }

    [Fact]
    public void A_histogram_survives_the_round_trip()
    {
        Tables.Slices.Create(_connection);
        _connection.Execute("INSERT INTO slices (flow_id, rtt_us) VALUES ('f', [{'le_us': 100, 'count': 3}, {'le_us': 200, 'count': 1}])");
        string path = Path.Combine(_folder, "slices.parquet");
        Parquet.Export(_connection, "SELECT * FROM slices", path);
        Parquet.CreateView(_connection, "back", path);
        Row row = _connection.Query("SELECT b.le_us, b.count FROM (SELECT unnest(rtt_us) AS b FROM back) ORDER BY 1 DESC").First();
        Assert.Equal((200, 1), (row.Long(0), row.Long(1)));
    }

    [Fact]
    public void Lists_that_were_staged_as_text_are_lists_again()
    {
        Table table = new("staged", [("n", "BIGINT"), ("rtt_us", "STRUCT(le_us BIGINT, count BIGINT)[]"), ("missing", "VARCHAR[]")]);
        table.Staged.Create(_connection);
        using (Appender appender = _connection.Append(table.Name))
        {
            (string? Rtt, string? Missing)[] rows = [("[{le_us: 100, count: 3}, {le_us: 200, count: 1}]", "[rtt, cuts]"), ("[]", "[]"), (null, null)];
            for (int i = 0; i < rows.Length; i++)
            {
                appender.Append(i);
                appender.Append(rows[i].Rtt);
                appender.Append(rows[i].Missing);
                appender.EndRow();
            }

            appender.Flush();
        }

        string path = Path.Combine(_folder, "staged.parquet");
        Parquet.Export(_connection, $"SELECT {table.UnstagedColumnList} FROM {table.Name}", path);
        Parquet.CreateView(_connection, "back", path);
        IEnumerable<(string, string)> columns = _connection.Query("DESCRIBE back").Select(row => (row.String(0), row.String(1)));
        Assert.Equal(table.Columns, columns);
        Result back = _connection.Query("SELECT len(rtt_us), rtt_us[2].le_us, missing[2], len(missing) FROM back ORDER BY n");
        Assert.Equal(
            [(2, 200, "cuts", 2), (0, null, null, 0), (null, null, null, (long?)null)],
            back.Select(row => (row.LongOrNull(0), row.LongOrNull(1), row.StringOrNull(2), row.LongOrNull(3))));
    }

    [Fact]
    public void Says_which_file_is_missing_or_no_parquet()
    {
        string missing = Path.Combine(_folder, "none.parquet");
        Assert.Contains("none.parquet", Assert.Throws<DuckDbException>(() => Parquet.CreateView(_connection, "v", missing)).Message);
        string garbage = Path.Combine(_folder, "garbage.parquet");
        File.WriteAllText(garbage, "this is no parquet file");
        Assert.Contains("garbage.parquet", Assert.Throws<DuckDbException>(() => Parquet.CreateView(_connection, "v", garbage)).Message);
        string nowhere = Path.Combine(_folder, "no", "folder", "t.parquet");
        Assert.Contains("t.parquet", Assert.Throws<DuckDbException>(() => Parquet.Export(_connection, "SELECT 1", nowhere)).Message);
    }
}
