using NodeBox.Store.Native;

namespace NodeBox.Store.Tests;

public sealed class DatabaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_keeps_what_was_committed()
    {
        string path = Path.Combine(_folder, "a.duckdb");
        using (Database database = Database.Open(path))
        using (Connection connection = database.Connect())
        {
            connection.Execute("CREATE TABLE t (i BIGINT); INSERT INTO t VALUES (1), (2)");
        }

        using Database again = Database.Open(path);
        using Connection reader = again.Connect();
        Assert.Equal(2, reader.Query("SELECT count(*) FROM t").Single().Long(0));
    }

    [Fact]
    public void Names_the_file_that_cannot_be_opened()
    {
        string path = Path.Combine(_folder, "none", "a.duckdb");
        Assert.Contains(path, Assert.Throws<DuckDbException>(() => Database.Open(path)).Message);
        string garbage = Path.Combine(_folder, "garbage.duckdb");
        File.WriteAllText(garbage, new string('x', 20000));
        Assert.Contains("not a valid DuckDB database file", Assert.Throws<DuckDbException>(() => Database.Open(garbage)).Message);
    }

    [Fact]
    public void Keeps_to_its_memory_limit_and_threads()
    {
        using Database database = Database.Open(null, threads: 1, memoryLimit: "64MB");
        using Connection connection = database.Connect();
        Row row = connection.Query("SELECT current_setting('threads')::BIGINT, current_setting('memory_limit')").Single();
        Assert.Equal(1, row.Long(0));
        Assert.Equal("61.0 MiB", row.String(1));
    }

    [Fact]
    public void Refuses_a_memory_limit_that_is_none() =>
        Assert.Contains("memory_limit = much", Assert.Throws<DuckDbException>(() => Database.Open(null, memoryLimit: "much")).Message);

    [Fact]
    public void Says_where_the_missing_library_was_looked_for()
    {
        DuckDbException missing = Assert.Throws<DuckDbException>(() => Library.Load(_folder));
        Assert.Contains($"{_folder}/libduckdb.so is missing", missing.Message);
        File.WriteAllText(Path.Combine(_folder, Library.FileName), "no library");
        Assert.Contains("could not be loaded", Assert.Throws<DuckDbException>(() => Library.Load(_folder)).Message);
    }

    [Fact]
    public void Refuses_another_version_of_the_library()
    {
        string message = Assert.Throws<DuckDbException>(() => Library.RequireVersion("v1.4.0")).Message;
        Assert.Contains("is DuckDB v1.4.0", message);
        Assert.Contains(Library.Version, message);
    }
}
