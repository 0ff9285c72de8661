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
    private Embedding? _current;
    private double[] _sum = [];
    private int _position;

    /// <exception cref="ModelException">llama.cpp cannot make a context as the options ask for.</exception>
    public Embedder(LlamaModel model, EngineOptions options, RequestQueue<Embedding> queue)
    {
        _queue = queue;
        _size = model.EmbeddingSize;
        _context = new DecodeContext(model, options, options.EmbeddingTokens, sequences: 1, embeds: true);
        _batch = new Batch(options.PrefillChunk);
    }

    /// <summary>Computes one chunk; false if there is nothing to do.</summary>
    public bool Step()
    {
        if (_current is { IsEnded: true })
        {
            Finish(_current.EndReason());
        }

        if (_current is null && !Begin())
        {
            return false;
        }

        FillBatch();
        int error = _context.Decode(_batch);
        if (error != 0)
        {
            Finish(new DecodeException($"llama_decode returned {error} for {_batch.Count} tokens: {LlamaLog.TakeErrors()}."));
            return true;
        }

        AddUp();
        if (_position == _current!.Tokens.Count)
        {
            _current.Succeed(UnitVector(_sum));
            Finish(null);
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

    private void FillBatch()
    {
        _batch.Clear();
        for (int i = _position; i < _current!.Tokens.Count && _batch.Room > 0; i++)
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

    private static float[] UnitVector(double[] sum)
    {
        double length = Math.Sqrt(sum.Sum(value => value * value));
        return [.. sum.Select(value => (float)(length > 0 ? value / length : 0))];
    }
}
