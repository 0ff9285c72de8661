using System.Text.Json;
using NodeBox.Llama;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>
/// Times of a recorded trace: the n-th reply takes those of the n-th that was recorded, calls of tools and texts apart, and after the last
/// comes the first again.
/// </summary>
internal sealed class RecordedTiming
{
    private static readonly TimeSpan s_microsecond = TimeSpan.FromMicroseconds(1);

    private readonly RecordedCall[] _constrained;
    private readonly RecordedCall[] _free;
    private int _constrainedSoFar;
    private int _freeSoFar;

    private RecordedTiming(IReadOnlyList<RecordedCall> calls)
    {
        RecordedCall[] constrained = [.. calls.Where(static call => call.Constrained)];
        RecordedCall[] free = [.. calls.Where(static call => !call.Constrained)];

        // A kind that was not recorded takes the times of the other.
        _constrained = constrained.Length > 0 ? constrained : free;
        _free = free.Length > 0 ? free : constrained;
    }

    /// <param name="path">The trace, a <see cref="RecordedCall"/> a line.</param>
    /// <param name="model">The model whose replies are wanted.</param>
    /// <exception cref="ModelException">The file cannot be read, a line is wrong, or there is none of the model.</exception>
    public static RecordedTiming Read(string path, string model)
    {
        RecordedCall[] calls = [.. ReadAll(path)];
        RecordedCall[] own = [.. calls.Where(call => call.Model == model)];
        string others = string.Join(", ", calls.Select(static call => call.Model).Distinct());
        return own.Length > 0
            ? new RecordedTiming(own)
            : throw new ModelException($"The recorded times {path} have no reply of the model {model}, but of: {others}. Set name to one of them.");
    }

    /// <summary>A <see cref="NextTiming"/>.</summary>
    public ReplyTiming Next(bool isConstrained)
    {
        RecordedCall call = isConstrained
            ? _constrained[_constrainedSoFar++ % _constrained.Length]
            : _free[_freeSoFar++ % _free.Length];
        return new ReplyTiming(call.CompletionTokens, Times(call));
    }

    private static IEnumerator<TimeSpan> Times(RecordedCall call)
    {
        yield return call.TtftUs * s_microsecond;
        while (call.GapsUs.Count > 0)
        {
            foreach (long gap in call.GapsUs)
            {
                yield return gap * s_microsecond;
            }
        }

        while (true)
        {
            yield return TimeSpan.Zero;
        }
    }

    private static IEnumerable<RecordedCall> ReadAll(string path)
    {
        int number = 0;
        foreach (string line in Lines(path))
        {
            number++;
            RecordedCall call;
            try
            {
                call = RecordedCall.Parse(line);
            }
            catch (JsonException e)
            {
                throw new ModelException($"The recorded times {path} cannot be used: line {number}: {e.Message}.");
            }

            yield return call;
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The recorded times {path} cannot be read: {e.Message} Make them with nodebox run-scenario --record-timing.");
        }
    }
}
