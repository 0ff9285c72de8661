using System.Collections.Concurrent;
using System.Text.Json;
using NodeBox.Scenarios.Definition;
using NodeBox.Scenarios.Running;
using NodeBox.Scenarios.Tests.Definition;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Scenarios.Tests.Running;

/// <summary>A run of scenarios against nodes, a collector and an entry in this process.</summary>
internal sealed class TestRun : IAsyncDisposable, IProgress<RunProgress>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-run-").FullName;
    private readonly ConcurrentQueue<TaskRecord> _records = [];
    private readonly ConcurrentQueue<RunProgress> _progress = [];
    private readonly ConcurrentQueue<SpanRecord> _spans = [];
    private readonly SpanRecorder _recorder;

    private TestRun()
    {
        _recorder = new SpanRecorder(_spans.Enqueue);
        OutDirectory = Path.Combine(_folder, "runs");
    }

    public RunLog Log { get; } = new();

    public TestNode N1 { get; private set; } = null!;

    public TestNode N2 { get; private set; } = null!;

    public TestCollector Collector { get; private set; } = null!;

    public TestEntry Entry { get; private set; } = null!;

    public string RunId { get; } = Scenarios.Running.RunId.New(DateTime.UtcNow);

    public string OutDirectory { get; set; }

    public string Folder => Path.Combine(OutDirectory, RunId);

    public const ulong Seed = 7;

    public int Runs { get; init; } = 1;

    public bool Packets { get; set; }

    /// <summary>What flushing the driver's records throws, if set.</summary>
    public Exception? FlushFailure { get; set; }

    public IReadOnlyList<TaskRecord> Records => [.. _records];

    public IReadOnlyList<RunProgress> Progress => [.. _progress];

    public JsonElement Manifest => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "manifest.json"))).RootElement;

    public string? IncompleteReason => Manifest.GetProperty("incomplete_reason").GetString();

    public static async Task<TestRun> StartAsync(int runs = 1)
    {
        var run = new TestRun { Runs = runs };
        run.N1 = await TestNode.StartAsync("n1", "agent-a+baseline", run.Log);
        run.N2 = await TestNode.StartAsync("n2", "collector", run.Log);
        run.Collector = await TestCollector.StartAsync(run.Log);
        run.Entry = await TestEntry.StartAsync(run.Log);
        return run;
    }

    /// <summary>A shipped scenario with few tasks.</summary>
    public static Scenario Scenario(string name, int tasks, int concurrency = 1, TimeSpan? deadline = null) =>
        ShippedScenarios.Load(name) with { Tasks = tasks, Concurrency = concurrency, Deadline = deadline ?? TimeSpan.FromSeconds(20) };

    public Task ExecuteAsync(params Scenario[] scenarios) => ExecuteAsync(CancellationToken.None, scenarios);

    public Task ExecuteAsync(CancellationToken cancellation, params Scenario[] scenarios)
    {
        var target = new RunTarget(
            "n2",
            new Dictionary<string, Uri> { ["agent-a"] = Entry.Agent, ["baseline"] = Entry.Gateway },
            [N1.Target, N2.Target],
            Collector.Url);
        var versions = new Dictionary<string, string> { ["nodebox"] = "0.1.0" };
        var request = new RunRequest(RunId, scenarios, Runs, Seed, OutDirectory, "nodebox run-scenario", versions) { Packets = Packets };
        return new ScenarioRun(target, request, new DriverTelemetry(_records.Enqueue, FlushAsync), static (_, in _, _) => { }, this)
            .ExecuteAsync(cancellation);
    }

    /// <summary>The spans of a task that the driver recorded.</summary>
    public IReadOnlyList<SpanRecord> SpansOf(TaskRecord task) =>
        [.. _spans.Where(span => span.TaskId.Equals(task.TaskId) && span.Kind != "server")];

    public void Report(RunProgress value) => _progress.Enqueue(value);

    public async ValueTask DisposeAsync()
    {
        await N1.DisposeAsync();
        await N2.DisposeAsync();
        await Collector.DisposeAsync();
        await Entry.DisposeAsync();
        _recorder.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task FlushAsync(CancellationToken cancellation)
    {
        Log.Add("driver flush");
        return FlushFailure is { } failure ? Task.FromException(failure) : Task.CompletedTask;
    }
}
