using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Inference;

/// <summary>A llama.cpp context with its KV cache and its batch. Owned by one thread.</summary>
internal sealed unsafe class DecodeContext : IDisposable
{
    /// <summary>Tokens that one decode call takes. llama.cpp aborts the process on more.</summary>
    public const int BatchSize = 512;

    private readonly nint _memory;
    private llama_batch _batch;

    /// <exception cref="ModelException">llama.cpp cannot make a context of this size.</exception>
    public DecodeContext(LlamaModel model, int context, int threads)
    {
        llama_context_params parameters = LlamaApi.llama_context_default_params();
        parameters.n_ctx = (uint)context;
        parameters.n_batch = BatchSize;
        parameters.n_ubatch = BatchSize;
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        Handle = LlamaApi.llama_init_from_model(model.Handle, parameters);
        if (Handle == 0)
        {
            throw new ModelException($"llama.cpp cannot make a context of {context} tokens: {LlamaLog.TakeErrors()}.");
        }

        _memory = LlamaApi.llama_get_memory(Handle);
        _batch = LlamaApi.llama_batch_init(BatchSize, 0, 1);
    }

    public nint Handle { get; }

    /// <summary>Forgets all tokens of a sequence.</summary>
    public void Clear(int sequence) => LlamaApi.llama_memory_seq_rm(_memory, sequence, -1, -1);

    /// <summary>
    /// Decodes at most <see cref="BatchSize"/> tokens of <paramref name="sequence"/> that stand at <paramref name="position"/> and
    /// following; the last of them can then be sampled from.
    /// </summary>
    /// <exception cref="DecodeException">llama.cpp failed; the sequence must be cleared.</exception>
    public void Decode(ReadOnlySpan<int> tokens, int position, int sequence)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, BatchSize, nameof(tokens));
        for (int i = 0; i < tokens.Length; i++)
        {
            _batch.token[i] = tokens[i];
            _batch.pos[i] = position + i;
            _batch.n_seq_id[i] = 1;
            _batch.seq_id[i][0] = sequence;
            _batch.logits[i] = i == tokens.Length - 1 ? (sbyte)1 : (sbyte)0;
        }

        _batch.n_tokens = tokens.Length;
        int result = LlamaApi.llama_decode(Handle, _batch);
        if (result != 0)
        {
            throw new DecodeException($"llama_decode returned {result} at token {position}: {LlamaLog.TakeErrors()}.");
        }
    }

    public void Dispose()
    {
        LlamaApi.llama_batch_free(_batch);
        LlamaApi.llama_free(Handle);
    }
}
