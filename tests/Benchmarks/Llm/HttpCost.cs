using System.Diagnostics;
using NodeBox.Analysis.Statistics;
using NodeBox.Llama;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;

namespace NodeBox.Benchmarks.Llm;

/// <summary>
/// What a request by HTTP takes longer than one to the engine alone in this process, with the testbed's model, whose steps are so short
/// that nothing hides behind them. Requests go in pairs, one to each; blocks of ten pairs have their medians compared.
/// </summary>
/// <param name="EngineFirstTokenMs">The engine alone, from the prompt's text to the first token; the median over all requests.</param>
/// <param name="EngineGapMs">The engine alone, from a token to the next: the median over all requests of the mean in one.</param>
/// <param name="FirstTokenMs">What HTTP adds to it.</param>
/// <param name="GapMs">What HTTP adds to it.</param>
internal sealed record HttpCost(double EngineFirstTokenMs, double EngineGapMs, Ratio FirstTokenMs, Ratio GapMs)
{
    private const int PairsInBlock = 10;

    public static async Task<HttpCost> MeasureAsync(Server server, string model, LlmOptions options, CancellationToken stop)
    {
        using Engine engine = Engine.Start(
            LlamaLibrary.Load(), new EngineOptions(model) { Slots = 1, Context = options.Context, CachedPrompts = 0, Threads = 1 });
        Random random = new(2);
        List<Answer> alone = [];
        List<(double First, double Gap)> added = [];
        foreach (Ask[] block in Ask.Draw(random, options.CostPairs + PairsInBlock, options).Chunk(PairsInBlock))
        {
            List<Answer> engineAnswers = [];
            List<Answer> httpAnswers = [];
            foreach (Ask ask in block)
            {
                engineAnswers.Add(await AskAsync(engine, ask, stop));
                httpAnswers.Add(await server.AskAsync(ask, stop));
            }

            alone.AddRange(engineAnswers);
            added.Add((First(httpAnswers) - First(engineAnswers), Gap(httpAnswers) - Gap(engineAnswers)));
        }

        // The first block is the one that warms up.
        return new HttpCost(
            First(alone),
            Gap(alone),
            Ratio.Of(added.Skip(1).Select(static block => block.First)),
            Ratio.Of(added.Skip(1).Select(static block => block.Gap)));
    }

    private static async Task<Answer> AskAsync(Engine engine, Ask ask, CancellationToken stop)
    {
        long begin = Stopwatch.GetTimestamp();
        int[] prompt = engine.Tokenize([new PromptPart(ask.Prompt, true)]);
        GenerationRequest request = new()
        {
            Prompt = prompt,
            MaxTokens = ask.Tokens,
            IgnoreEnd = true,
            Sampling = new Sampling(Temperature: 0),
        };
        List<long> at = [];
        string text = "";
        await foreach (GeneratedToken token in engine.Submit(request, stop).ReadAllAsync(stop))
        {
            at.Add(token.At);
            text += token.Text;
        }

        return new Answer(begin, at, text, prompt.Length);
    }

    private static double First(IEnumerable<Answer> answers) => new Sample(answers.Select(static answer => answer.TimeToFirstTokenMs)).Quantile(0.5);

    private static double Gap(IEnumerable<Answer> answers) => new Sample(answers.Select(static answer => answer.MeanGapMs)).Quantile(0.5);
}
