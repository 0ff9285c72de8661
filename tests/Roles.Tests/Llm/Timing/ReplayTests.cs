using NodeBox.Llama;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Roles.Llm.Timing;
using NodeBox.Telemetry;

namespace NodeBox.Roles.Tests.Llm.Timing;

[CollectionDefinition(nameof(ReplayTests), DisableParallelization = true)]
[Collection(nameof(ReplayTests))]
public sealed class ReplayTests : IDisposable
{
    private const int Attempts = 3;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    // What a busy machine adds is bounded here for the middle of the times only, and in the best of some attempts, because it only ever
    // adds; the README has what a quiet one adds.
    [Fact]
    public async Task What_is_recorded_of_a_replay_is_what_was_recorded()
    {
        RecordedCall[] recorded = [.. Calls(new SplitMix64(3), 40)];
        await File.WriteAllLinesAsync(_file, recorded.Select(static call => call.ToJson()), TestContext.Current.CancellationToken);
        await using var engine = TimedEngine.Start(Settings);

        (long Least, long Middle, long Gap) added = await AddedAsync(engine, recorded);
        for (int attempt = 1; attempt < Attempts && !IsClose(added); attempt++)
        {
            Console.WriteLine($"attempt {attempt} of {Attempts} to replay added {added} us");
            added = await AddedAsync(engine, recorded);
        }

        Assert.True(IsClose(added), $"replays added {added} us");
    }

    [Theory]
    [InlineData("", "have no reply of the model testbed")]
    [InlineData("{}", "line 1")]
    [InlineData("""{"model":"testbed","constrained":false,"prompt_tokens":1,"completion_tokens":3,"ttft_us":1,"gaps_us":[1]}""", "line 1: completion_tokens")]
    [InlineData("""{"model":"testbed","constrained":false,"prompt_tokens":1,"completion_tokens":2,"ttft_us":1,"gaps_us":[-1]}""", "no time negative")]
    [InlineData("""{"model":"other","constrained":false,"prompt_tokens":1,"completion_tokens":1,"ttft_us":1,"gaps_us":[]}""", "but of: other")]
    public async Task A_file_that_is_no_recording_is_refused(string text, string expected)
    {
        await File.WriteAllTextAsync(_file, text, TestContext.Current.CancellationToken);

        ModelException refused = Assert.Throws<ModelException>(() => TimedEngine.Start(Settings));

        Assert.Contains(expected, refused.Message);
    }

    private ModelSettings Settings => new ModelSettings
    {
        Engine = ModelSettings.Timed,
        Timing = new TimingSettings { Recorded = _file },
    }.With(static options => options with { Slots = 8 });

    private static bool IsClose((long Least, long Middle, long Gap) added) =>
        added.Least <= 5_000 && added.Middle is >= 0 and <= 5_000 && added.Gap is >= -1_000 and <= 1_000;

    /// <summary>What a replay of all calls at once adds, in us: to the first tokens at least and in the middle, and to the middle gap.</summary>
    private static async Task<(long Least, long Middle, long Gap)> AddedAsync(TimedEngine engine, RecordedCall[] recorded)
    {
        RecordedCall[] replayed = await Task.WhenAll(recorded.Select(_ => ReplayAsync(engine)));

        Assert.Equal(recorded.Select(static call => call.CompletionTokens), replayed.Select(static call => call.CompletionTokens));
        long[] late = [.. recorded.Zip(replayed, static (was, became) => became.TtftUs - was.TtftUs).Order()];
        Assert.True(late[0] >= -1, $"a first token came {-late[0]} us early");
        return (late[0], late[late.Length / 2], Median(replayed) - Median(recorded));
    }

    private static async Task<RecordedCall> ReplayAsync(TimedEngine engine)
    {
        var request = new GenerationRequest { Prompt = BytePieces.TokensOf([new("Hello", false)]), MaxTokens = 100 };
        RunningGeneration generation = await engine.SubmitAsync(request, TestContext.Current.CancellationToken);
        var times = new TokenTimes(generation);
        await foreach (GeneratedToken token in generation.ReadAllAsync())
        {
            times.Add(token);
        }

        return times.Recorded("testbed")!;
    }

    private static IEnumerable<RecordedCall> Calls(SplitMix64 random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long[] gaps = [.. Enumerable.Range(0, random.NextInt(30)).Select(_ => (long)random.NextInt(6_000))];
            yield return new RecordedCall("testbed", false, 100, gaps.Length + 1, random.NextInt(60_000), gaps);
        }
    }

    private static long Median(IEnumerable<RecordedCall> calls)
    {
        long[] gaps = [.. calls.SelectMany(static call => call.GapsUs).Order()];
        return gaps[gaps.Length / 2];
    }
}
