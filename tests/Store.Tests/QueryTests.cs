namespace NodeBox.Store.Tests;

public sealed class QueryTests : IDisposable
{
    private readonly Database _database = Database.Open(null);
    private readonly Connection _connection;

    public QueryTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    public static TheoryData<string, long> Integers => new()
    {
        { "(-128)::TINYINT", -128 },
        { "255::UTINYINT", 255 },
        { "(-32768)::SMALLINT", -32768 },
        { "65535::USMALLINT", 65535 },
        { "(-2147483648)::INTEGER", int.MinValue },
        { "4294967295::UINTEGER", uint.MaxValue },
        { "9223372036854775807::BIGINT", long.MaxValue },
        { "9223372036854775807::UBIGINT", long.MaxValue },
        { "(-9223372036854775808)::HUGEINT", long.MinValue },
    };

    [Theory]
    [MemberData(nameof(Integers))]
    public void Reads_every_integer_type_as_a_long(string sql, long expected) =>
        Assert.Equal(expected, _connection.Query($"SELECT {sql}").Single().Long(0));

    [Theory]
    [InlineData("'exactly12byt'")]
    [InlineData("'thirteen byte'")]
    [InlineData("''")]
    [InlineData("'naïve 🙂 日本語 text that is long'")]
    public void Reads_text_short_and_long(string literal) =>
        Assert.Equal(literal.Trim('\''), _connection.Query($"SELECT {literal}").Single().String(0));

    [Fact]
    public void Reads_reals_truth_values_and_nulls()
    {
        Row row = _connection.Query("SELECT 0.5::FLOAT AS f, 2.25::DOUBLE AS d, true AS b, NULL::BIGINT AS n, NULL::VARCHAR AS t").Single();
        Assert.Equal(0.5, row.Double("f"));
        Assert.Equal(2.25, row.Double("d"));
        Assert.True(row.Bool("b"));
        Assert.True(row.IsNull("n"));
        Assert.Null(row.LongOrNull("n"));
        Assert.Null(row.DoubleOrNull("n"));
        Assert.Null(row.StringOrNull("t"));
    }

    [Fact]
    public void Binds_every_kind_of_parameter()
    {
        Row row = _connection.Query("SELECT ?, ?, ?, ?, ?, ?", null, true, 7, long.MinValue, 1.5, "it's 🙂").Single();
        Assert.True(row.IsNull(0));
        Assert.True(row.Bool(1));
        Assert.Equal(7, row.Long(2));
        Assert.Equal(long.MinValue, row.Long(3));
        Assert.Equal(1.5, row.Double(4));
        Assert.Equal("it's 🙂", row.String(5));
    }

    [Fact]
    public void Binds_an_empty_string_as_one() => Assert.Equal("", _connection.Query("SELECT ?::VARCHAR", "").Single().String(0));

    [Fact]
    public void Reads_a_sum_and_more_rows_than_a_chunk()
    {
        Assert.Equal(4_999_950_000, _connection.Query("SELECT sum(i) FROM range(100000) t(i)").Single().Long(0));
        Result rows = _connection.Query("SELECT i, CASE WHEN i % 2 = 0 THEN i END AS even FROM range(100000) t(i) ORDER BY i");
        Assert.Equal(100_000, rows.Count);
        long next = 0;
        foreach (Row row in rows)
        {
            Assert.Equal(next, row.Long(0));
            Assert.Equal(next % 2 == 0 ? next : null, row.LongOrNull("even"));
            next++;
        }
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "SELECT * FROM nowhere", "Table with name nowhere does not exist" },
        { "SELEC 1", "syntax error" },
        { "SELECT 1 / 'x'::BIGINT", "Could not convert string 'x'" },
        { "SELECT [1, 2]", "cast it to BIGINT, DOUBLE or VARCHAR" },
        { "SELECT 170141183460469231731687303715884105727::HUGEINT", "beyond 64 bits" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Says_what_is_wrong_with_a_query(string sql, string reason) =>
        Assert.Contains(reason, Assert.Throws<DuckDbException>(() => _connection.Query(sql)).Message);

    [Fact]
    public void Says_what_is_wrong_with_a_read()
    {
        Row row = _connection.Query("SELECT 1 AS one, NULL::BIGINT AS none").Single();
        Assert.Contains("column none is null", Assert.Throws<DuckDbException>(() => row.Long("none")).Message);
        Assert.Contains("column one is not text", Assert.Throws<DuckDbException>(() => row.String("one")).Message);
        Assert.Contains("no column two", Assert.Throws<DuckDbException>(() => row.Long("two")).Message);
    }

    [Fact]
    public void Says_when_there_are_too_many_parameters() =>
        Assert.Contains("parameter 2", Assert.Throws<DuckDbException>(() => _connection.Query("SELECT ?", 1, 2)).Message);

    [Fact]
    public void Cast_lists_and_structs_read_as_text()
    {
        string text = _connection.Query("SELECT [{'le_us': 1, 'count': 2}]::JSON::VARCHAR").Single().String(0);
        Assert.Equal("""[{"le_us":1,"count":2}]""", text);
    }
}
