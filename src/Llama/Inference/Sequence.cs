using NodeBox.Llama.Models;

namespace NodeBox.Llama.Inference;

/// <summary>
/// A generation that is being decoded: where it stands in the KV cache, and the text of its tokens. Used by the decode thread only.
/// </summary>
internal sealed class Sequence(Generation generation, LlamaModel model, int id)
{
    private readonly Utf8Pieces _text = new();
    private readonly StopText _stop = new(generation.Request.Stop);
    private readonly int[] _prompt = [.. generation.Request.Prompt];
    private byte[] _piece = new byte[64];
    private int _position;
    private int _token;

    /// <summary>Whether the last step ended the generation.</summary>
    public bool IsDone { get; private set; }

    /// <summary>
    /// Does one unit of work, after which the thread may look for cancellation: decodes a chunk of the prompt or the last token, and once
    /// the prompt is decoded draws the next token and writes it.
    /// </summary>
    public void Step(DecodeContext context)
    {
        if (_position < _prompt.Length)
        {
            int count = Math.Min(DecodeContext.BatchSize, _prompt.Length - _position);
            Decode(context, _prompt.AsSpan(_position, count));
        }
        else
        {
            Decode(context, new ReadOnlySpan<int>(ref _token));
        }

        if (_position >= _prompt.Length)
        {
            _token = generation.Sampler.Sample(context);
            generation.CompletionTokens++;
            Accept();
        }
    }

    private void Decode(DecodeContext context, ReadOnlySpan<int> tokens)
    {
        context.Decode(tokens, _position, id);
        _position += tokens.Length;
    }

    private void Accept()
    {
        bool ends = model.EndsGeneration(_token);
        string text = ends ? "" : _stop.Add(_text.Add(model.PieceOf(_token, ref _piece)));
        FinishReason? finish = ends || _stop.Found ? FinishReason.Stop
            : generation.CompletionTokens >= generation.Request.MaxTokens ? FinishReason.Length
            : null;
        if (finish is not null && !_stop.Found)
        {
            text += _stop.Add(_text.Flush()) + _stop.Flush();
        }

        IsDone = finish is not null;
        generation.Write(new GeneratedToken(text, finish));
    }
}
