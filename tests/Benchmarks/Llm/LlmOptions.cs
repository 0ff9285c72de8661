using System.Globalization;

namespace NodeBox.Benchmarks.Llm;

/// <summary>How much is measured. All of it takes less than eight minutes on two processors.</summary>
internal sealed record LlmOptions
{
    /// <summary>Simultaneous requests.</summary>
    public IReadOnlyList<int> Levels { get; init; } = [1, 4, 8, 16];

    /// <summary>Rounds; each has every level once at each server, in an order of its own.</summary>
    public int Rounds { get; init; } = 10;

    /// <summary>No round begins later than this after the first, unless their number was asked for.</summary>
    public TimeSpan RoundsTime { get; init; } = TimeSpan.FromMinutes(4.5);

    /// <summary>Requests that each client sends in a level, one after the other.</summary>
    public int RequestsPerClient { get; init; } = 2;

    /// <summary>Words of a prompt, chosen by chance, so that no two prompts begin alike.</summary>
    public int PromptWords { get; init; } = 24;

    public int LeastTokens { get; init; } = 16;

    public int MostTokens { get; init; } = 32;

    /// <summary>Threads of each server. They spin while they wait, so one processor is left to the client and the servers' other threads.</summary>
    public int Threads { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Tokens that a request and its answer may have together.</summary>
    public int Context { get; init; } = 512;

    /// <summary>Pairs of a request to the engine alone and one by HTTP.</summary>
    public int CostPairs { get; init; } = 400;

    /// <summary>Requests over which nothing may grow.</summary>
    public int GrowthRequests { get; init; } = 1000;

    public int Slots => Levels.Max();

    /// <summary>The options of a command line; null where it is wrong.</summary>
    public static LlmOptions? Read(ReadOnlySpan<string> arguments) => arguments switch
    {
        [] => new LlmOptions(),
        ["--quick"] => new LlmOptions { Rounds = 1, Levels = [1, 4], RequestsPerClient = 1, CostPairs = 40, GrowthRequests = 100 },
        ["--rounds", var n] when int.TryParse(n, CultureInfo.InvariantCulture, out int rounds) && rounds > 0 =>
            new LlmOptions { Rounds = rounds, RoundsTime = TimeSpan.MaxValue },
        _ => null,
    };
}
