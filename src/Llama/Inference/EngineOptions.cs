using System.Text;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Devices;

namespace NodeBox.Llama.Inference;

/// <summary>How an <see cref="Engine"/> runs its model. All memory that requests need on the device is taken at the start.</summary>
/// <param name="ModelPath">A GGUF file.</param>
public sealed record EngineOptions(string ModelPath)
{
    /// <summary>llama.cpp's own limit of sequences in a context.</summary>
    public const int MaxSequences = 256;

    /// <summary>Tokens that a prompt and its answer may have together; at most what the model was trained for.</summary>
    public int Context { get; init; } = 8192;

    /// <summary>Threads that compute; 0 chooses. They spin while they wait, so more than there are free cores makes all slow.</summary>
    public int Threads { get; init; }

    /// <summary>Requests that are decoded at the same time.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>Requests that may wait while all slots are taken.</summary>
    public int QueueLimit { get; init; } = 64;

    /// <summary>Tokens of the KV cache, which all slots share; 0 means <see cref="Context"/> for each slot.</summary>
    public int KvTokens { get; init; }

    /// <summary>
    /// Finished requests whose KV cache is kept, so that a prompt which begins as one of them did need not be computed again. 0 makes the
    /// time and the rounding of a request independent of what came before it.
    /// </summary>
    public int CachedPrompts { get; init; } = 4;

    /// <summary>The most prompt tokens computed in a step that also generates for others: what a long prompt may hold them up.</summary>
    public int PrefillChunk { get; init; } = 32;

    /// <summary>
    /// Whether attention is computed by the fused kernel; null chooses, not for a tiny model. Its cost does not grow with what other
    /// requests have in the KV cache, but on a processor it is the slower one for a request's own tokens (measured with the testbed's
    /// model: 1.05 µs for each of them and token generated, against 0.17 µs for each in the cache). And it adds up in half precision,
    /// in the order in which tokens came to lie in the cache, so that texts depend on what else is decoded: of 200 greedy requests for
    /// 50 tokens, eight at a time, 29 came out differently than alone, and none without it.
    /// </summary>
    public bool? FlashAttention { get; init; }

    /// <summary>The most tokens of a text to embed; 0 makes no memory for embeddings and refuses them.</summary>
    public int EmbeddingTokens { get; init; }

    /// <summary>What computes the model.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>Layers that GPUs compute; -1 means all. The processor computes the rest.</summary>
    public int GpuLayers { get; init; } = -1;

    /// <summary>The GPU that has the whole model without a split, and what cannot be split with one by row.</summary>
    public int MainGpu { get; init; }

    /// <summary>How several GPUs share the model.</summary>
    public GpuSplit Split { get; init; } = GpuSplit.Layer;

    /// <summary>The size of the KV cache that follows, in tokens.</summary>
    public int KvCapacity => KvTokens > 0 ? KvTokens : Context * Slots;

    /// <exception cref="ModelException">A value is out of its range.</exception>
    internal void Check(int trainedContext, int processors)
    {
        Range(nameof(Context), Context, 1, trainedContext);
        Range(nameof(Threads), Threads, 0, processors);
        Range(nameof(Slots), Slots, 1, MaxSequences);
        if ((long)Context * Slots > int.MaxValue)
        {
            throw new ModelException($"{Slots} slots of {Context} tokens are more than a KV cache holds.");
        }

        Range(nameof(CachedPrompts), CachedPrompts, 0, MaxSequences - Slots);
        Range(nameof(KvTokens), KvCapacity, Context, int.MaxValue);
        Range(nameof(PrefillChunk), PrefillChunk, 1, DecodeContext.BatchSize);
        Range(nameof(EmbeddingTokens), EmbeddingTokens, 0, trainedContext);
    }

    private void Range(string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new ModelException($"{name} is {value}, but {ModelPath} on this machine takes {least} to {most}.");
        }
    }
}

/// <summary>What an engine runs.</summary>
/// <param name="Description">llama.cpp's, such as "llama ?B all F32".</param>
/// <param name="Parameters">Numbers in the weights.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="TrainedContext">Tokens of the longest text that it was trained on.</param>
/// <param name="VocabularySize">Its tokens are numbered from 0 to one less.</param>
/// <param name="LongestPiece">Bytes of the longest token's text.</param>
public sealed record ModelInfo(
    string Description, ulong Parameters, ulong Bytes, int TrainedContext, int VocabularySize, int LongestPiece)
{
    /// <summary>Bytes of a token in the KV cache; 0 where there is none.</summary>
    public long KvTokenBytes { get; init; }

    /// <summary>What computes it and why, such as "the processor (…), because …".</summary>
    public string Device { get; init; } = "";

    /// <summary>The fewest tokens that a prompt can have, which takes no time to tell: its length in those of the longest token.</summary>
    public long LeastTokens(IEnumerable<PromptPart> prompt) =>
        prompt.Sum(part => (long)Encoding.UTF8.GetByteCount(part.Text)) / LongestPiece;
}

/// <summary>One decode call.</summary>
/// <param name="Sequences">Requests that had tokens in it.</param>
/// <param name="PromptTokens">Prompt tokens computed.</param>
/// <param name="GeneratedTokens">Tokens drawn.</param>
/// <param name="Tokens">Tokens computed: those of prompts, and of each request that generated already the one that it drew before.</param>
public readonly record struct DecodeStep(int Sequences, int PromptTokens, int GeneratedTokens, int Tokens);

/// <summary>What an engine is doing.</summary>
/// <param name="Active">Slots taken.</param>
/// <param name="Queued">Requests that wait.</param>
/// <param name="KvTokens">Tokens in the KV cache, those of finished requests included.</param>
public readonly record struct EngineLoad(int Active, int Queued, int KvTokens);
