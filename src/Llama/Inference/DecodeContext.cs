using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Inference;

/// <summary>A llama.cpp context with its KV cache. Owned by one thread.</summary>
internal sealed unsafe class DecodeContext : IDisposable
{
    /// <summary>Tokens that one decode call takes. llama.cpp aborts the process on more.</summary>
    public const int BatchSize = 512;

    /// <summary>What <see cref="Decode"/> returns when the KV cache has no room: nothing was changed, and it may be tried again.</summary>
    public const int NoRoom = 1;

    // LLAMA_POOLING_TYPE_NONE: an embedding for each token.
    private const int NoPooling = 0;

    // LLAMA_FLASH_ATTN_TYPE_DISABLED; the default lets llama.cpp decide by model and device.
    private const int NoFlashAttention = 0;

    // ggml's CUDA backend multiplies up to 8 tokens with kernels for vectors, one for each number (MMVQ_MAX_BATCH_SIZE in mmvq.cuh).
    private const int MostVectorTokens = 8;

    private readonly nint _memory;
    private readonly Candidates _candidates;

    /// <param name="model">Must outlive the context.</param>
    /// <param name="options">How it computes.</param>
    /// <param name="kvTokens">Tokens of the KV cache, which all sequences share.</param>
    /// <param name="sequences">Sequences, numbered from 0.</param>
    /// <param name="embeds">Whether it yields embeddings of tokens instead of what comes next.</param>
    /// <exception cref="ModelException">llama.cpp cannot make a context of this size.</exception>
    public DecodeContext(LlamaModel model, EngineOptions options, int kvTokens, int sequences, bool embeds = false)
    {
        llama_context_params parameters = LlamaApi.llama_context_default_params();
        parameters.n_ctx = (uint)kvTokens;
        parameters.n_batch = BatchSize;
        parameters.n_ubatch = BatchSize;
        parameters.n_seq_max = (uint)sequences;
        parameters.n_threads = options.Threads;
        parameters.n_threads_batch = options.Threads;
        parameters.flash_attn_type = options.FlashAttention is false ? NoFlashAttention : parameters.flash_attn_type;
        parameters.kv_unified = 1;
        parameters.embeddings = embeds ? (byte)1 : (byte)0;
        parameters.pooling_type = embeds ? NoPooling : parameters.pooling_type;
        Handle = LlamaApi.llama_init_from_model(model.Handle, parameters);
        if (Handle == 0)
        {
            throw new ModelException(
                $"llama.cpp cannot make a KV cache of {kvTokens} tokens for {sequences} sequences: {LlamaLog.TakeErrors()}.");
        }

        _memory = LlamaApi.llama_get_memory(Handle);
        _candidates = new Candidates(model.VocabularySize);
        if (model.Device.Gpus.Count > 0)
        {
            WarmUp(kvTokens, embeds);
        }
    }

    public nint Handle { get; }

    /// <summary>Forgets the tokens of a sequence from a position on; false where the model's memory cannot forget a part.</summary>
    public bool Forget(int sequence, int from = 0) => LlamaApi.llama_memory_seq_rm(_memory, sequence, from, -1) != 0;

    /// <summary>Lets a sequence that is empty begin with the first tokens of another. They share the cells; nothing is copied.</summary>
    public void Share(int source, int target, int count) => LlamaApi.llama_memory_seq_cp(_memory, source, target, 0, count);

    /// <summary>
    /// Decodes a batch. The result is llama_decode's: 0, <see cref="NoRoom"/>, or an error, after which its sequences must be forgotten.
    /// </summary>
    public int Decode(Batch batch) => LlamaApi.llama_decode(Handle, batch.Native);

    /// <summary>What the last batch made of its output at an index; good until it is asked for again.</summary>
    public llama_token_data_array CandidatesOf(int index) =>
        _candidates.Of(new ReadOnlySpan<float>(LlamaApi.llama_get_logits_ith(Handle, index), _candidates.Count));

    /// <summary>
    /// Decodes batches of the sizes that ggml has kernels of their own for, and forgets them, so that no request waits until the driver
    /// has loaded them or, for a GPU that the build has no machine code for, compiled them.
    /// </summary>
    /// <exception cref="ModelException">The device fails.</exception>
    internal void WarmUp(int kvTokens, bool embeds)
    {
        foreach (int tokens in (int[])[.. Enumerable.Range(1, MostVectorTokens), BatchSize])
        {
            using var batch = new Batch(BatchSize);
            int count = Math.Min(tokens, kvTokens);
            for (int i = 0; i < count; i++)
            {
                batch.Add(token: 0, position: i, sequence: 0, output: embeds || i == count - 1);
            }

            int result = Decode(batch);
            Forget(sequence: 0);
            if (result != 0)
            {
                throw new ModelException($"The device fails: llama_decode returns {result} for {count} tokens: {LlamaLog.TakeErrors()}.");
            }
        }
    }

    public void Dispose()
    {
        _candidates.Dispose();
        LlamaApi.llama_free(Handle);
    }
}
