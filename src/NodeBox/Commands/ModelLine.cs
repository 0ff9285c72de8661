using NodeBox.Llama.Gguf;
using NodeBox.Llama.Models;

namespace NodeBox.Commands;

/// <summary>What <c>nodebox model info --json</c> writes. Memory is in bytes, context and vocabulary in tokens.</summary>
/// <param name="File">The file asked about.</param>
/// <param name="Architecture">The kind of network.</param>
/// <param name="Name">What the model calls itself, or null.</param>
/// <param name="Parameters">Numbers in its tensors.</param>
/// <param name="Quantisation">The element type of most of them.</param>
/// <param name="Types">All element types.</param>
/// <param name="Context">The longest text that it was trained on.</param>
/// <param name="Vocabulary">Its tokens.</param>
/// <param name="ChatTemplate">The family of its chat template, or null where none is known.</param>
/// <param name="HasRecurrentState">Whether it has memory besides the KV cache, which is not counted.</param>
/// <param name="Memory">What serving it takes.</param>
internal sealed record ModelLine(
    string File,
    string Architecture,
    string? Name,
    ulong Parameters,
    string Quantisation,
    IReadOnlyList<TensorShare> Types,
    int Context,
    int Vocabulary,
    string? ChatTemplate,
    bool HasRecurrentState,
    ModelMemoryLine Memory)
{
    public ModelLine(string file, ModelFacts model, ModelMemoryLine memory)
        : this(
            file,
            model.Architecture,
            model.Name,
            model.Parameters,
            model.Quantisation,
            model.Types,
            model.TrainedContext,
            model.VocabularySize,
            model.Template?.Name,
            model.HasRecurrentState,
            memory)
    {
    }
}

/// <summary>Memory for a number of slots with a number of tokens each.</summary>
internal sealed record ModelMemoryLine(
    int Slots, int Context, ulong WeightsBytes, ulong KvCacheBytes, ulong ComputeBytes, ulong EmbeddingsBytes, ulong TotalBytes)
{
    public ModelMemoryLine(int slots, int context, MemoryNeed need)
        : this(slots, context, need.Weights, need.KvCache, need.Compute, need.Embeddings, need.Total)
    {
    }
}
