namespace NodeBox.Training.Network;

/// <summary>Where a tensor lies in a flat array of parameters.</summary>
/// <param name="Name">Its name in a GGUF file, without <c>.weight</c>.</param>
/// <param name="Offset">Its first float.</param>
/// <param name="Inputs">Rows: an input's weights lie together. 1 for a norm.</param>
/// <param name="Outputs">Columns.</param>
internal readonly record struct Tensor(string Name, int Offset, int Inputs, int Outputs)
{
    public int Length => Inputs * Outputs;
}

/// <summary>The tensors of one block.</summary>
internal sealed record Block(
    Tensor AttentionNorm,
    Tensor Query,
    Tensor Key,
    Tensor Value,
    Tensor Output,
    Tensor FeedForwardNorm,
    Tensor Gate,
    Tensor Up,
    Tensor Down)
{
    public IEnumerable<Tensor> Matrices => [Query, Key, Value, Output, Gate, Up, Down];

    public IEnumerable<Tensor> Norms => [AttentionNorm, FeedForwardNorm];
}

/// <summary>
/// The layout of all parameters in one flat array, which weights, gradients and the optimizer's moments share. Every tensor begins at a
/// multiple of 32 floats.
/// </summary>
internal sealed class Parameters
{
    private int _length;

    public Parameters(Shape shape)
    {
        Embedding = Next("token_embd", shape.Vocabulary, shape.Width);
        Blocks = [.. Enumerable.Range(0, shape.Layers).Select(layer => NextBlock($"blk.{layer}.", shape))];
        OutputNorm = Next("output_norm", 1, shape.Width);
    }

    /// <summary>Floats of all tensors.</summary>
    public int Length => _length;

    /// <summary>A token's state to begin with, one row a token; also the output matrix.</summary>
    public Tensor Embedding { get; }

    public IReadOnlyList<Block> Blocks { get; }

    public Tensor OutputNorm { get; }

    public IEnumerable<Tensor> Matrices => Blocks.SelectMany(static block => block.Matrices);

    public IEnumerable<Tensor> Norms => Blocks.SelectMany(static block => block.Norms).Append(OutputNorm);

    private Block NextBlock(string at, Shape shape) => new(
        Next(at + "attn_norm", 1, shape.Width),
        Next(at + "attn_q", shape.Width, shape.Width),
        Next(at + "attn_k", shape.Width, shape.Width),
        Next(at + "attn_v", shape.Width, shape.Width),
        Next(at + "attn_output", shape.Width, shape.Width),
        Next(at + "ffn_norm", 1, shape.Width),
        Next(at + "ffn_gate", shape.Width, shape.FeedForward),
        Next(at + "ffn_up", shape.Width, shape.FeedForward),
        Next(at + "ffn_down", shape.FeedForward, shape.Width));

    private Tensor Next(string name, int inputs, int outputs)
    {
        var tensor = new Tensor(name, _length, inputs, outputs);
        _length += tensor.Length;
        return tensor;
    }
}
