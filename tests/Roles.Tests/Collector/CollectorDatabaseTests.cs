using NodeBox.Roles.Collector;
using NodeBox.Store;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Tests.Collector;

public sealed class CollectorDatabaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-database-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Records_of_no_run_are_bounded()
    {
        using CollectorDatabase database = CollectorDatabase.Open(Path.Combine(_folder, "a.duckdb"), maxIdleRecords: 100);
        for (ulong sequence = 1; sequence <= 30; sequence++)
        {
            Batch batch = Batch(batch => batch.Sequence = sequence);
            batch.Spans.AddRange(Enumerable.Range(0, 10).Select(i => Records.Span(i)));
            database.Commit(batch);
            Assert.InRange(database.Read(connection => connection.Query("SELECT count(*) FROM spans").Single().Long(0)), 0, 100);
        }

        Assert.True(database.TryStart("run"));
        Assert.Equal(0, database.Read(connection => connection.Query("SELECT count(*) FROM spans").Single().Long(0)));
    }

    [Fact]
    public void Commits_again_after_the_database_gave_itself_up()
    {
        using CollectorDatabase database = CollectorDatabase.Open(Path.Combine(_folder, "a.duckdb"), maxIdleRecords: 100);
        Assert.True(database.TryStart("run"));

        // As a full disk does: the commit succeeds, the checkpoint after it does not.
        database.Read(connection => connection.Query("SET checkpoint_threshold = '1KB'"));
        database.Read(connection => connection.Query("SET debug_checkpoint_abort = 'before_header'"));
        Batch first = Batch(batch => batch.Spans.Add(Records.Span(1)));
        Assert.True(Assert.Throws<DuckDbException>(() => database.Commit(first)).IsFatal);

        database.Commit(first);
        database.Commit(Batch(batch =>
        {
            batch.Sequence = 2;
            batch.Spans.Add(Records.Span(2));
        }));
        Assert.Equal("run", database.ActiveRun);
        Assert.Equal(2, database.Read(connection => connection.Query("SELECT count(*) FROM spans WHERE run_id = 'run'").Single().Long(0)));
    }

    [Fact]
    public void Tables_of_an_older_version_are_made_anew()
    {
        string path = Path.Combine(_folder, "old.duckdb");
        using (Database old = Database.Open(path))
        using (Connection connection = old.Connect())
        {
            connection.Execute("CREATE TABLE slices (run_id VARCHAR, flow_id VARCHAR); INSERT INTO slices VALUES (NULL, 'a')");
        }

        using CollectorDatabase database = CollectorDatabase.Open(path, maxIdleRecords: 100);
        database.Commit(Batch(batch => batch.Slices.Add(Records.Slice("b", 1))));
        Assert.Equal("b", database.Read(connection => connection.Query("SELECT flow_id FROM slices").Single().String(0)));
    }

    [Fact]
    public void Says_why_the_data_folder_cannot_be_used()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        CollectorException refused = Assert.Throws<CollectorException>(
            () => CollectorRole.Open(new CollectorSettings { DataDir = file }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        Assert.Contains(file, refused.Message);
        Assert.Contains("data_dir", refused.Message);
    }

    private static Batch Batch(Action<Batch> change)
    {
        Batch batch = new() { Node = "n1", SpoolId = Records.TaskId(1), Sequence = 1 };
        change(batch);
        return batch;
    }
}
