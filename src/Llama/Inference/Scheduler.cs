using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Inference;

/// <summary>
/// Continuous batching. Each step decodes one token of every slot that generates, and prompt tokens of the oldest slot that does not yet:
/// few of them while others generate, as many as a batch takes otherwise. Prompts are computed one after the other, so that one can begin
/// with what another has just computed. Used by the decode thread only.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    private readonly EngineOptions _options;
    private readonly LlamaModel _model;
    private readonly RequestQueue<Generation> _queue;
    private readonly DecodeContext _context;
    private readonly KvCache _cache;
    private readonly Batch _batch = new(DecodeContext.BatchSize);
    private readonly List<Slot> _slots = [];
    private readonly List<Slot> _batched = [];

    /// <exception cref="ModelException">llama.cpp cannot make a context as the options ask for.</exception>
    public Scheduler(LlamaModel model, EngineOptions options, RequestQueue<Generation> queue)
    {
        _model = model;
        _options = options;
        _queue = queue;
        int kept = model.CanShareMemory ? options.CachedPrompts : 0;
        int sequences = options.Slots + kept;
        _context = new DecodeContext(model, options, options.KvCapacity, sequences);
        _cache = new KvCache(_context, sequences, options.KvCapacity, keeps: kept > 0);
    }

    /// <summary>Tokens in the KV cache.</summary>
    public int KvTokens { get; private set; }

    /// <summary>Does one step; null if there is nothing to do.</summary>
    public DecodeStep? Step()
    {
        EndCancelled();
        while (_queue.Take(Fits) is { } generation)
        {
            _slots.Add(new Slot(generation, _model));
        }

        if (_slots.Count == 0)
        {
            return null;
        }

        int promptTokens = FillBatch();
        int error = Decode();
        int drawn = error == 0 ? _batched.Count(slot => slot.Advance(_context)) : 0;
        RemoveDone(error);
        KvTokens = _cache.Used;
        return new DecodeStep(_batched.Count, promptTokens, drawn, _batch.Count);
    }

    /// <summary>Ends all requests that have a slot.</summary>
    public void EndAll(Exception reason)
    {
        foreach (Slot slot in _slots)
        {
            slot.Generation.Complete(reason);
        }

        _slots.Clear();
    }

    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
    }

    /// <summary>Whether the KV cache has room for all that a request may come to hold.</summary>
    private bool Fits(Generation generation) =>
        _slots.Sum(slot => slot.Generation.MostTokens) + generation.MostTokens <= _options.KvCapacity;

    private void EndCancelled()
    {
        foreach (Slot slot in _slots.Where(slot => slot.Generation.IsEnded).ToArray())
        {
            Remove(slot, slot.Generation.EndReason());
        }
    }

    /// <summary>The result is how many tokens of prompts it has.</summary>
    private int FillBatch()
    {
        _batch.Clear();
        _batched.Clear();
        _batched.AddRange(_slots.Where(slot => !slot.IsInPrompt));
        foreach (Slot slot in _batched)
        {
            slot.AddToken(_batch);
        }

        int generating = _batch.Count;
        if (_slots.Find(slot => slot.IsInPrompt) is { } prompt && _batch.Room > 0)
        {
            prompt.AddPrompt(_batch, generating > 0 ? Math.Min(_options.PrefillChunk, _batch.Room) : _batch.Room, _cache);
            _batched.Add(prompt);
        }

        return _batch.Count - generating;
    }

    private int Decode()
    {
        _cache.MakeRoom(_batch.Count);
        int error = _context.Decode(_batch);
        while (error == DecodeContext.NoRoom && _cache.ForgetOldest())
        {
            error = _context.Decode(_batch);
        }

        return error;
    }

    private void RemoveDone(int error)
    {
        DecodeException? failure = error == 0
            ? null
            : new DecodeException($"llama_decode returned {error} for {_batch.Count} tokens: {LlamaLog.TakeErrors()}.");
        foreach (Slot slot in _batched.Where(slot => slot.IsDone || failure is not null))
        {
            Remove(slot, failure);
        }
    }

    private void Remove(Slot slot, Exception? error)
    {
        slot.Leave(_cache, isTrusted: error is not DecodeException);
        _slots.Remove(slot);
        _queue.Return();
        slot.Generation.Complete(error);
    }
}
