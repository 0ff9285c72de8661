using NodeBox.Llama.Native;

namespace NodeBox.Llama.Inference;

/// <summary>The tokens of one decode call, in memory that llama.cpp allocated.</summary>
internal sealed unsafe class Batch(int capacity) : IDisposable
{
    private llama_batch _batch = LlamaApi.llama_batch_init(capacity, 0, 1);

    public int Count => _batch.n_tokens;

    public int Room => capacity - Count;

    /// <summary>What llama_decode takes.</summary>
    public llama_batch Native => _batch;

    public void Clear() => _batch.n_tokens = 0;

    /// <summary>Adds a token and returns its index, by which it can be sampled from if <paramref name="output"/> is set.</summary>
    public int Add(int token, int position, int sequence, bool output)
    {
        ArgumentOutOfRangeException.ThrowIfZero(Room, nameof(token));
        int index = _batch.n_tokens++;
        _batch.token[index] = token;
        _batch.pos[index] = position;
        _batch.n_seq_id[index] = 1;
        _batch.seq_id[index][0] = sequence;
        _batch.logits[index] = output ? (sbyte)1 : (sbyte)0;
        return index;
    }

    public void Dispose() => LlamaApi.llama_batch_free(_batch);
}
