namespace NodeBox.Store.Tests;

public sealed class AppenderTests : IDisposable
{
    private readonly Database _database = Database.Open(null);
    private readonly Connection _connection;

    public AppenderTests()
    {
        _connection = _database.Connect();
        _connection.Execute("CREATE TABLE t (i BIGINT, d DOUBLE, b BOOLEAN, s VARCHAR)");
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void What_is_appended_is_read_back()
    {
        Random random = new(1);
        List<(long? I, double D, bool B, string? S)> rows = [.. Enumerable.Range(0, 5000).Select(_ => Next(random))];
        using (Appender appender = _connection.Append("t"))
        {
            foreach ((long? i, double d, bool b, string? s) in rows)
            {
                appender.Append(i);
                appender.Append(d);
                appender.Append(b);
                appender.Append(s);
                appender.EndRow();
            }

            appender.Flush();
        }

        List<(long? I, double D, bool B, string? S)> back =
            [.. _connection.Query("SELECT * FROM t").Select(row => (row.LongOrNull(0), row.Double(1), row.Bool(2), row.StringOrNull(3)))];
        Assert.Equal(rows, back);
    }

    [Fact]
    public void Rows_not_flushed_are_discarded()
    {
        using (Appender appender = _connection.Append("t"))
        {
            AppendRow(appender, 1);
        }

        Assert.Equal(0, Count());
    }

    [Fact]
    public void A_transaction_that_is_not_committed_leaves_nothing()
    {
        using (_connection.Begin())
        {
            AppendAndFlush();
        }

        Assert.Equal(0, Count());
        using (Transaction transaction = _connection.Begin())
        {
            AppendAndFlush();
            transaction.Commit();
        }

        Assert.Equal(1, Count());
    }

    [Fact]
    public void Refuses_a_row_with_too_few_values()
    {
        using Appender appender = _connection.Append("t");
        appender.Append(1L);
        Assert.Throws<DuckDbException>(appender.EndRow);
    }

    [Fact]
    public void Names_a_table_that_is_not_there() =>
        Assert.Contains("nowhere", Assert.Throws<DuckDbException>(() => _connection.Append("nowhere")).Message);

    private static (long? I, double D, bool B, string? S) Next(Random random) => (
        random.Next(4) == 0 ? null : random.NextInt64(),
        random.NextDouble(),
        random.Next(2) == 0,
        random.Next(4) == 0 ? null : string.Concat(Enumerable.Repeat("é🙂x", random.Next(9))));

    private static void AppendRow(Appender appender, long i)
    {
        appender.Append(i);
        appender.Append(0.0);
        appender.Append(true);
        appender.AppendNull();
        appender.EndRow();
    }

    private void AppendAndFlush()
    {
        using Appender appender = _connection.Append("t");
        AppendRow(appender, 1);
        appender.Flush();
    }

    private long Count() => _connection.Query("SELECT count(*) FROM t").Single().Long(0);
}
