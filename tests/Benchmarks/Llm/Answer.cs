using System.Diagnostics;

namespace NodeBox.Benchmarks.Llm;

/// <summary>A streamed answer as its client saw it.</summary>
/// <param name="Begin">When the request was sent.</param>
/// <param name="TokensAt">When each token came.</param>
/// <param name="Text">All text.</param>
/// <param name="PromptTokens">Tokens of the prompt, as the server counts.</param>
internal sealed record Answer(long Begin, IReadOnlyList<long> TokensAt, string Text, int PromptTokens)
{
    public double TimeToFirstTokenMs => Stopwatch.GetElapsedTime(Begin, TokensAt[0]).TotalMilliseconds;

    /// <summary>The mean time between a token and the next: tokens that a client reads together have none between them, which this evens out.</summary>
    public double MeanGapMs => Stopwatch.GetElapsedTime(TokensAt[0], TokensAt[^1]).TotalMilliseconds / (TokensAt.Count - 1);

    /// <summary>The times between a token and the next.</summary>
    public IEnumerable<double> GapsMs =>
        TokensAt.Zip(TokensAt.Skip(1), static (one, next) => Stopwatch.GetElapsedTime(one, next).TotalMilliseconds);
}
