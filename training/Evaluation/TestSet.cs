using NodeBox.Training.Domain;

namespace NodeBox.Training.Evaluation;

/// <summary>Tasks that a model is judged by. None was trained on: what they hold back is said by their difficulty.</summary>
/// <param name="Name">What they test.</param>
/// <param name="Tasks">The tasks.</param>
internal sealed record TestSet(string Name, IReadOnlyList<Dialogue> Tasks)
{
    private const ulong Seed = 0x7E57_5E7;

    /// <summary>All test sets with <paramref name="count"/> tasks each; the same count gives the same tasks.</summary>
    public static IReadOnlyList<TestSet> All(Settings settings, int count)
    {
        var scenario = new Difficulty();
        return
        [
            Of("scenario agentic-simple", 1, count, settings, scenario, Simple, "agent-a"),
            Of("scenario agentic-multihop, agent-a", 2, count, settings, scenario, Multihop, "agent-a"),
            Of("scenario agentic-multihop, agent-b", 3, count, settings, scenario, Subtask, "agent-b"),
            Of("as trained", 4, count, settings, scenario, Any),
            Of("unseen ids of 3 to 6 digits", 5, count, settings, new Difficulty(Numbers: true, ShortestId: 3, LongestId: 6), Any),
            Of("unseen ids of 7 to 12 digits", 6, count, settings, new Difficulty(Numbers: true, ShortestId: 7, LongestId: 12), Any),
            Of("unseen names", 7, count, settings, new Difficulty(Names: true), Any),
            Of("recombined phrasings", 8, count, settings, new Difficulty(Phrasings: true), Any),
            Of("all of these", 9, count, settings, new Difficulty(Numbers: true, Names: true, Phrasings: true), Any),
            Of("words never trained on", 10, count, settings, scenario, OtherWords.Next),
        ];
    }

    private static Dialogue Simple(Setting setting, Draw draw) => new Requests(setting, draw).Simple();

    private static Dialogue Multihop(Setting setting, Draw draw) => new Requests(setting, draw).Multihop();

    private static Dialogue Subtask(Setting setting, Draw draw) => new Requests(setting, draw).Subtask();

    private static Dialogue Any(Setting setting, Draw draw) => new Requests(setting, draw).Next();

    private static TestSet Of(
        string name,
        int stream,
        int count,
        Settings settings,
        Difficulty difficulty,
        Func<Setting, Draw, Dialogue> next,
        string? agent = null)
    {
        string[] agents = agent is null ? ["agent-a", "agent-b"] : [agent];
        var draw = new Draw(SeededRandom.Of(Seed, stream, 0), difficulty with { WholeResults = true });
        IEnumerable<Dialogue> tasks = Enumerable.Range(0, count)
            .Select(i => next(settings.Full(agents[i % agents.Length], Settings.MaxLongId), draw));
        return new TestSet(name, [.. tasks]);
    }
}
