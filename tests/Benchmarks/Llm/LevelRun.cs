using System.Diagnostics;

namespace NodeBox.Benchmarks.Llm;

/// <summary>What one server answered to one level of a round.</summary>
internal sealed record LevelRun(IReadOnlyList<Answer> Answers, TimeSpan Took)
{
    public double TokensPerSecond => Answers.Sum(static answer => answer.TokensAt.Count) / Took.TotalSeconds;

    /// <summary>Sends <paramref name="asks"/> in their order, <paramref name="clients"/> at a time.</summary>
    public static async Task<LevelRun> MeasureAsync(Server server, IReadOnlyList<Ask> asks, int clients, CancellationToken stop)
    {
        int next = -1;
        Answer[] answers = new Answer[asks.Count];
        async Task AskAllAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < asks.Count; i = Interlocked.Increment(ref next))
            {
                answers[i] = await server.AskAsync(asks[i], stop);
            }
        }

        long begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => AskAllAsync()));
        return new LevelRun(answers, Stopwatch.GetElapsedTime(begin));
    }
}
