using System.Diagnostics;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>Keeps when the tokens of a generation came.</summary>
internal sealed class TokenTimes(RunningGeneration generation)
{
    private readonly List<long> _at = [];
    private bool _isComplete;

    public void Add(GeneratedToken token)
    {
        _at.Add(token.At);
        _isComplete = token.Finish is not null;
    }

    /// <summary>Null for a generation that did not come to its end.</summary>
    /// <param name="model">Its model's name in the API.</param>
    public RecordedCall? Recorded(string model) => _isComplete
        ? new RecordedCall(
            model,
            generation.Request.Grammar is not null,
            generation.PromptTokens,
            _at.Count,
            Microseconds(generation.SinceBegun(_at[0])),
            [.. _at.Zip(_at.Skip(1), static (before, after) => Microseconds(Stopwatch.GetElapsedTime(before, after)))])
        : null;

    private static long Microseconds(TimeSpan time) => (long)Math.Round(time.TotalMicroseconds);
}
