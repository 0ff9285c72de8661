using System.Diagnostics;
using NodeBox.Llama.Models;

namespace NodeBox.Llama.Inference;

/// <summary>
/// A generation that is being decoded: where it stands in its sequence, and the text of its tokens. Used by the decode thread only.
/// </summary>
internal sealed class Slot(Generation generation, LlamaModel model)
{
    private readonly Utf8Pieces _text = new();
    private readonly StopText _stop = new(generation.Request.Stop);
    private readonly int[] _prompt = [.. generation.Request.Prompt];
    private byte[] _piece = new byte[64];
    private KvSequence? _sequence;
    private int _token;
    private int _added;
    private int _output;

    public Generation Generation { get; } = generation;

    public bool IsInPrompt => _sequence is null || _sequence.Tokens.Count < _prompt.Length;

    /// <summary>Whether the last step ended the generation.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Adds the token drawn last to the batch.</summary>
    public void AddToken(Batch batch)
    {
        _added = 1;
        _output = batch.Add(_token, _sequence!.Tokens.Count, _sequence.Id, output: true);
    }

    /// <summary>Adds at most <paramref name="most"/> tokens of the prompt to the batch, after those that the cache has already.</summary>
    public void AddPrompt(Batch batch, int most, KvCache cache)
    {
        if (_sequence is null)
        {
            _sequence = cache.Claim(_prompt);
            Generation.CachedTokens = _sequence.Tokens.Count;
        }

        int begin = _sequence.Tokens.Count;
        _added = Math.Min(most, _prompt.Length - begin);
        for (int position = begin; position < begin + _added; position++)
        {
            _output = batch.Add(_prompt[position], position, _sequence.Id, output: position == _prompt.Length - 1);
        }
    }

    /// <summary>Takes note that what it added was decoded. True if, the prompt being complete, it drew the next token.</summary>
    public bool Advance(DecodeContext context)
    {
        ReadOnlySpan<int> decoded = IsInPrompt
            ? _prompt.AsSpan(_sequence!.Tokens.Count, _added)
            : new ReadOnlySpan<int>(ref _token);
        _sequence!.Tokens.AddRange(decoded);
        if (IsInPrompt)
        {
            return false;
        }

        _token = Generation.Sampler.Sample(context, _output);
        Generation.CompletionTokens++;
        Accept();
        return true;
    }

    /// <summary>Gives the sequence back to the cache.</summary>
    /// <param name="cache">The cache that it came from.</param>
    /// <param name="isTrusted">Whether the sequence holds what was decoded, so that others may use it.</param>
    public void Leave(KvCache cache, bool isTrusted)
    {
        if (_sequence is not null && isTrusted)
        {
            cache.Release(_sequence);
        }
        else if (_sequence is not null)
        {
            cache.Discard(_sequence);
        }
    }

    private void Accept()
    {
        long at = Stopwatch.GetTimestamp();
        bool ends = model.EndsGeneration(_token);
        bool mayStop = Generation.CompletionTokens > Generation.Request.MinTokens;
        string text = ends ? "" : _text.Add(model.PieceOf(_token, ref _piece));
        if (!ends && mayStop)
        {
            text = _stop.Add(text);
        }

        FinishReason? finish = ends || _stop.Found ? FinishReason.Stop
            : Generation.CompletionTokens >= Generation.Request.MaxTokens ? FinishReason.Length
            : null;
        if (finish is not null && !_stop.Found)
        {
            text += _stop.Add(_text.Flush()) + _stop.Flush();
        }

        IsDone = finish is not null;
        Generation.Write(new GeneratedToken(text, finish, at));
    }
}
