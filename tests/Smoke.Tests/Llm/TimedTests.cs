using System.Text.Json;

namespace NodeBox.Smoke.Tests.Llm;

/// <summary>A run's replies are recorded, and replayed without a model.</summary>
public sealed class TimedTests
{
    private const int Tasks = 6;
    private const string Timing = "llm-timing.jsonl";

    [Fact]
    public async Task A_replay_has_the_times_and_lengths_of_the_recording()
    {
        await using Testbed testbed = Testbed.InLab();
        testbed.WriteSmallScenarios(Tasks, concurrency: 1);
        await testbed.MakeModelAsync();
        (await testbed.RunAsync(Patience.ForRun, Run("runs", "--record-timing"))).Expect(0);
        JsonElement[] recorded = Replies(testbed, "runs");
        Assert.Equal(2 * Tasks, recorded.Length);
        File.Move(Path.Combine(RunFolder(testbed, "runs"), Timing), Path.Combine(testbed.Folder, Timing));

        testbed.Reconfigure("model = \"testbed.gguf\"", $"engine = \"timed\"\ntiming = \"{Timing}\"");
        (await testbed.RunAsync(Patience.ForRun, Run("replays", "--record-timing"))).Expect(0);
        JsonElement[] replayed = Replies(testbed, "replays");
        Assert.Equal(recorded.Select(LengthOf), replayed.Select(LengthOf));

        // A loaded machine adds to every time, and takes nothing away.
        double shortest = recorded.Zip(replayed, static (then, now) => TtftUs(now) - TtftUs(then)).Min();
        Assert.InRange(shortest, -2_000, 20_000);
        Assert.All(recorded.Zip(replayed), static pair => Assert.True(TtftUs(pair.Second) > TtftUs(pair.First) - 2_000));
    }

    [Fact]
    public async Task Timed_replies_decide_nothing()
    {
        await using Testbed testbed = Testbed.InLab();
        testbed.WriteSmallScenarios(Tasks, concurrency: 1);
        testbed.Reconfigure("model = \"testbed.gguf\"", "engine = \"timed\"");
        Outcome refused = (await testbed.RunAsync("run-scenario", "agentic-simple", "--lab", "--decide", "model")).Expect(2);
        Assert.Contains(refused.Errors, static line => line.Contains("timed"));
    }

    private static string[] Run(string folder, params string[] options) =>
        [Published.Binary, "run-scenario", "agentic-simple", "--lab", "--json", "--out", folder, .. options];

    private static string RunFolder(Testbed testbed, string folder) => Directory.GetDirectories(Path.Combine(testbed.Folder, folder)).Single();

    private static JsonElement[] Replies(Testbed testbed, string folder) =>
    [
        .. File.ReadLines(Path.Combine(RunFolder(testbed, folder), Timing)).Select(static line => JsonDocument.Parse(line).RootElement),
    ];

    private static int LengthOf(JsonElement reply) => reply.GetProperty("completion_tokens").GetInt32();

    private static double TtftUs(JsonElement reply) => reply.GetProperty("ttft_us").GetDouble();
}
