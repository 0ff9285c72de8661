using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Models;

/// <summary>Bytes that serving a model takes on a processor.</summary>
/// <param name="Weights">Its file's tensors, which are mapped and can be read again.</param>
/// <param name="KvCache">The KV cache of all slots, in half precision.</param>
/// <param name="Compute">Intermediate results: what llama.cpp reserves, and touches as far as texts are long.</param>
/// <param name="Embeddings">KV cache and intermediate results of the context for embeddings.</param>
public sealed record MemoryNeed(ulong Weights, ulong KvCache, ulong Compute, ulong Embeddings)
{
    private const ulong HalfPrecision = 2;
    private const ulong SinglePrecision = 4;

    // llama.cpp rounds the cells of a KV cache up to this.
    private const ulong CellBlock = 256;

    public ulong Total => Weights + KvCache + Compute + Embeddings;

    /// <param name="model">The model.</param>
    /// <param name="slots">Requests at the same time.</param>
    /// <param name="context">Tokens of each.</param>
    /// <param name="embeddingTokens">Tokens of a text to embed; 0 for no embeddings.</param>
    /// <param name="isFused">Whether attention is computed by the fused kernel.</param>
    internal static MemoryNeed Of(ModelFacts model, int slots, int context, int embeddingTokens, bool isFused)
    {
        ulong cells = Cells((ulong)slots * (ulong)context);
        ulong embeddingCells = Cells((ulong)embeddingTokens);
        return new MemoryNeed(
            model.WeightBytes,
            KvBytes(model.Shape, cells),
            ComputeBytes(model, cells, isFused),
            embeddingTokens == 0 ? 0 : KvBytes(model.Shape, embeddingCells) + ComputeBytes(model, embeddingCells, isFused));
    }

    private static ulong Cells(ulong tokens) => (tokens + CellBlock - 1) / CellBlock * CellBlock;

    /// <summary>Bytes of a KV cache, its cells already rounded up.</summary>
    internal static ulong KvBytes(NetworkShape shape, ulong cells) =>
        cells * (ulong)shape.KeyValueHeads * (ulong)(shape.KeyLength + shape.ValueLength) * HalfPrecision;

    /// <summary>
    /// llama.cpp plans one buffer in which intermediate results follow each other, so that the largest counts: the attention's scores, which
    /// the fused kernel does not keep, the feed-forward layer, or the scores of the vocabulary, for a batch of tokens. Beside it lie the
    /// attention's mask and a few vectors of the network's width.
    /// </summary>
    private static ulong ComputeBytes(ModelFacts model, ulong cells, bool isFused)
    {
        NetworkShape shape = model.Shape;
        ulong batch = Math.Min(DecodeContext.BatchSize, cells);
        ulong width = (ulong)shape.Width;
        ulong attention = (isFused ? 0 : cells * (ulong)shape.Heads) + (6 * width);
        ulong feedForward = (2 * (ulong)shape.FeedForward) + (6 * width);
        ulong vocabulary = (ulong)model.VocabularySize + width;
        ulong largest = Math.Max(attention, Math.Max(feedForward, vocabulary));
        ulong mask = cells * (isFused ? HalfPrecision : SinglePrecision);
        return batch * (mask + (largest * SinglePrecision));
    }
}
