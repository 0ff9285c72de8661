using NodeBox.Analysis.Statistics;

namespace NodeBox.Benchmarks.Llm;

/// <summary>The rounds of one level: in each, both servers answered the same requests.</summary>
internal sealed class LevelFigures
{
    private readonly List<(LevelRun Node, LevelRun Peer)> _rounds = [];

    public void Add(LevelRun node, LevelRun peer)
    {
        int[] nodePrompts = [.. node.Answers.Select(static answer => answer.PromptTokens)];
        if (!nodePrompts.SequenceEqual(peer.Answers.Select(static answer => answer.PromptTokens)))
        {
            throw new InvalidOperationException("the two servers make other tokens of the same prompts: their times mean nothing");
        }

        _rounds.Add((node, peer));
    }

    public LevelComparison Compare(int clients) => new(
        clients,
        Figures(_rounds.Select(static round => round.Node)),
        Figures(_rounds.Select(static round => round.Peer)),
        Ratio.Of(_rounds.Select(static round => round.Node.TokensPerSecond / round.Peer.TokensPerSecond)),
        _rounds.Sum(static round => round.Node.Answers.Zip(round.Peer.Answers).Count(static pair => IsSame(pair.First, pair.Second))),
        _rounds.Sum(static round => round.Node.Answers.Count));

    // Spaces apart, which node-llama-cpp drops at the begin of each token that it makes text of.
    private static bool IsSame(Answer one, Answer other) =>
        one.Text.Replace(" ", "", StringComparison.Ordinal) == other.Text.Replace(" ", "", StringComparison.Ordinal);

    private static ServerFigures Figures(IEnumerable<LevelRun> runs)
    {
        LevelRun[] all = [.. runs];
        Sample first = new(all.SelectMany(static run => run.Answers).Select(static answer => answer.TimeToFirstTokenMs));
        Sample gaps = new(all.SelectMany(static run => run.Answers).SelectMany(static answer => answer.GapsMs));
        double tokens = new Sample(all.Select(static run => run.TokensPerSecond)).Quantile(0.5);
        return new ServerFigures(tokens, first.Quantile(0.5), first.Quantile(0.99), gaps.Quantile(0.5), gaps.Quantile(0.99));
    }
}
