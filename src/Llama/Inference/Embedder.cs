using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Inference;

/// <summary>
/// Embeds texts one after the other, in chunks between the steps of the scheduler, in a context of its own. Used by the decode thread only.
/// </summary>
internal sealed unsafe class Embedder : IDisposable
{
    private const int OnlySequence = 0;

    private readonly RequestQueue<Embedding> _queue;
    private readonly DecodeContext _context;
    private readonly Batch _batch;
    private readonly int _size;
    private readonly int _chunk;
    private Embedding? _current;
    private double[] _sum = [];
    private int _position;

    /// <exception cref="ModelException">llama.cpp cannot make a context as the options ask for.</exception>
    public Embedder(LlamaModel model, EngineOptions options, RequestQueue<Embedding> queue)
    {
        _queue = queue;
        _size = model.EmbeddingSize;
        _context = new DecodeContext(model, options, options.EmbeddingTokens, sequences: 1, embeds: true);
        _chunk = options.PrefillChunk;
        _batch = new Batch(DecodeContext.BatchSize);
    }

    /// <summary>Computes one chunk; false if there is nothing to do.</summary>
    /// <param name="isAlone">Whether nothing is generated meanwhile that a long one would hold up.</param>
    public bool Step(bool isAlone)
    {
        if (_current is { IsEnded: true })
        {
            Finish(_current.EndReason());
        }

        if (_current is null && !Begin())
        {
            return false;
        }

        FillBatch(isAlone ? DecodeContext.BatchSize : _chunk);
        int error = _context.Decode(_batch);
        if (error != 0)
        {
            Finish(new DecodeException($"llama_decode returned {error} for {_batch.Count} tokens: {LlamaLog.TakeErrors()}."));
            return true;
        }

        AddUp();
        if (_position == _current!.Tokens.Count)
        {
            Complete();
        }

        return true;
    }

    /// <summary>Ends the text that is being embedded.</summary>
    public void End(Exception reason) => _current?.Complete(reason);

    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
    }

    private bool Begin()
    {
        _current = _queue.Take(_ => true);
        if (_current is null)
        {
            return false;
        }

        _context.Forget(OnlySequence);
        _position = 0;
        _sum = new double[_size];
        return true;
    }

    private void FillBatch(int most)
    {
        _batch.Clear();
        int end = Math.Min(_current!.Tokens.Count, _position + most);
        for (int i = _position; i < end; i++)
        {
            _batch.Add(_current.Tokens[i], i, OnlySequence, output: true);
        }
    }

    private void AddUp()
    {
        for (int i = 0; i < _batch.Count; i++)
        {
            var embedding = new ReadOnlySpan<float>(LlamaApi.llama_get_embeddings_ith(_context.Handle, i), _size);
            for (int j = 0; j < _size; j++)
            {
                _sum[j] += embedding[j];
            }
        }

        _position += _batch.Count;
    }

    private void Finish(Exception? error)
    {
        _queue.Return();
        _current!.Complete(error);
        _current = null;
    }

    private void Complete()
    {
        double length = Math.Sqrt(_sum.Sum(static value => value * value));
        if (!double.IsFinite(length))
        {
            Finish(new DecodeException("The model made numbers of the text that are none."));
            return;
        }

        _current!.Succeed([.. _sum.Select(value => (float)(length > 0 ? value / length : 0))]);
        Finish(null);
    }
}
