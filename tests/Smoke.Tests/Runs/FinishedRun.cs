using System.Text.Json;

namespace NodeBox.Smoke.Tests.Runs;

/// <summary>
/// One run of the three scenarios in a lab, which all tests of its folder share. Where labs are not possible, its properties skip the test.
/// </summary>
public sealed class FinishedRun : IAsyncLifetime
{
    public const int Tasks = 8;
    public const int Repetitions = 2;
    public const int Seed = 7;

    /// <summary>Of all scenarios in all repetitions.</summary>
    public const int AllTasks = 3 * Tasks * Repetitions;

    /// <summary>In the order of the command line.</summary>
    public static readonly IReadOnlyList<string> Scenarios = ["baseline", "agentic-simple", "agentic-multihop"];

    private Testbed? _testbed;
    private RunTables? _tables;
    private Outcome? _outcome;

    internal Outcome Outcome => OrSkip(_outcome);

    internal Testbed Testbed => OrSkip(_testbed);

    internal RunTables Tables => OrSkip(_tables);

    internal string Folder => Testbed.RunFolder();

    public async ValueTask InitializeAsync()
    {
        if (Testbed.WhyNoLab is not null)
        {
            return;
        }

        _testbed = Testbed.InLab();
        _testbed.WriteSmallScenarios(Tasks, concurrency: 4);
        await _testbed.MakeModelAsync();
        string[] command =
        [
            Published.Binary, "run-scenario", .. Scenarios, "--lab", "--runs", $"{Repetitions}", "--seed", $"{Seed}",
        ];
        _outcome = (await _testbed.RunAsync(Patience.ForRun, command)).Expect(0);
        _tables = new RunTables(Folder);
    }

    public async ValueTask DisposeAsync()
    {
        _tables?.Dispose();
        if (_testbed is not null)
        {
            await _testbed.DisposeAsync();
        }
    }

    /// <summary>A file of the run folder.</summary>
    internal JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file))).RootElement;

    private static T OrSkip<T>(T? part)
        where T : class
    {
        Assert.SkipWhen(Testbed.WhyNoLab is not null, Testbed.WhyNoLab ?? "");
        return part!;
    }
}

[CollectionDefinition(nameof(FinishedRun))]
public sealed class FinishedRunTests : ICollectionFixture<FinishedRun>;
