using System.Text.RegularExpressions;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Gguf;
using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Models;

/// <summary>What a model file says of itself. Nothing is loaded for it but the header.</summary>
public sealed partial record ModelFacts
{
    // Beyond any model there is, and such that no figure made of them overflows.
    private const int MostLayers = 1 << 10;
    private const int MostHeads = 1 << 12;
    private const int LongestKey = 1 << 11;
    private const int Widest = 1 << 20;

    /// <summary>The kind of network, by llama.cpp's name.</summary>
    public required string Architecture { get; init; }

    public string? Name { get; init; }

    public ulong Parameters { get; init; }

    /// <summary>Its tensors by element type, the type with the most parameters first.</summary>
    public required IReadOnlyList<TensorShare> Types { get; init; }

    /// <summary>Tokens of the longest text that it was trained on.</summary>
    public int TrainedContext { get; init; }

    public int VocabularySize { get; init; }

    /// <summary>The family of its chat template; null where the file has none, or one of no known family.</summary>
    public ChatTemplate? Template { get; init; }

    /// <summary>Whether a part of its memory does not grow with the text, which <see cref="Memory"/> leaves out.</summary>
    public bool HasRecurrentState { get; init; }

    public required NetworkShape Shape { get; init; }

    public ulong WeightBytes => Types.Aggregate(0ul, (sum, type) => sum + type.Bytes);

    /// <summary>Bytes of a token in a KV cache of half precision.</summary>
    public ulong KvTokenBytes => MemoryNeed.KvBytes(Shape, 1);

    /// <summary>The element type of most parameters.</summary>
    public string Quantisation => Types is [var most, ..] ? most.Type : "none";

    /// <summary>Reads the header of a model file, and of all its parts where it is split.</summary>
    /// <exception cref="ModelException">A file is missing, truncated, not GGUF 3, or not a model that generates text.</exception>
    public static ModelFacts Read(string path)
    {
        GgufHeader[] parts = [.. PartsOf(path).Select(GgufHeader.Read)];
        try
        {
            return Of(new GgufKeys(parts[0]), Shares(parts));
        }
        catch (InvalidDataException e)
        {
            throw new ModelException($"The model file {path} is no language model that can be served: {e.Message}.");
        }
    }

    /// <summary>The memory that serving it takes with the engine's own choices.</summary>
    /// <param name="slots">Requests at the same time.</param>
    /// <param name="context">Tokens of each.</param>
    /// <param name="embeddingTokens">Tokens of a text to embed; 0 for no embeddings.</param>
    public MemoryNeed Memory(int slots, int context, int embeddingTokens) =>
        MemoryNeed.Of(this, slots, context, embeddingTokens, isFused: Parameters >= Engine.TinyModel);

    /// <summary>The files of a model: the one, or where its name says "00001-of-00003", all of them.</summary>
    public static IReadOnlyList<string> PartsOf(string path)
    {
        Match match = PartName().Match(path);
        if (!match.Success)
        {
            return [path];
        }

        string count = match.Groups["count"].Value;
        string begin = path[..match.Index];
        return [.. Enumerable.Range(1, int.Parse(count)).Select(part => $"{begin}-{part:D5}-of-{count}.gguf")];
    }

    private static ModelFacts Of(GgufKeys keys, IReadOnlyList<TensorShare> types) => new()
    {
        Architecture = keys.Architecture,
        Name = keys.Header.Text.GetValueOrDefault("general.name"),
        Parameters = types.Aggregate(0ul, (sum, type) => sum + type.Elements),
        Types = types,
        TrainedContext = keys.Whole("context_length", int.MaxValue),
        VocabularySize = (int)Math.Min(int.MaxValue, keys.Header.Arrays.GetValueOrDefault("tokenizer.ggml.tokens")?.Count ?? 0),
        Template = ChatTemplate.Find(keys.Header.Text.GetValueOrDefault("tokenizer.chat_template")),
        HasRecurrentState = keys.Has("ssm.state_size") || keys.Has("wkv.head_size"),
        Shape = ShapeOf(keys),
    };

    private static NetworkShape ShapeOf(GgufKeys keys)
    {
        int layers = keys.Whole("block_count", MostLayers);
        int width = keys.Whole("embedding_length", Widest);
        IReadOnlyList<int> heads = keys.PerLayer("attention.head_count", layers, MostHeads);
        IReadOnlyList<int> kvHeads = keys.Has("attention.head_count_kv")
            ? keys.PerLayer("attention.head_count_kv", layers, MostHeads)
            : heads;
        int mostHeads = Math.Max(1, heads.Max());
        return new NetworkShape(
            width,
            mostHeads,
            keys.PerLayer("feed_forward_length", layers, Widest).Max(),
            keys.Whole("attention.key_length", LongestKey, width / mostHeads),
            keys.Whole("attention.value_length", LongestKey, width / mostHeads),
            kvHeads.Sum());
    }

    private static List<TensorShare> Shares(IEnumerable<GgufHeader> parts) =>
    [
        .. parts.SelectMany(part => part.Tensors.Values)
            .GroupBy(share => share.Type)
            .Select(same => same.Aggregate((sum, share) => sum.With(share)))
            .OrderByDescending(share => share.Elements),
    ];

    [GeneratedRegex(@"-(?<part>[0-9]{5})-of-(?<count>[0-9]{5})\.gguf$")]
    private static partial Regex PartName();
}
