namespace NodeBox.Training.Network;

/// <summary>What a block keeps of its forward pass for the backward pass. Every buffer has a row per token, and a few spare ones.</summary>
internal sealed class BlockActivations(Shape shape, int rows, int weights) : IDisposable
{
    /// <summary>The block's input, [rows, width].</summary>
    public Buffer Input { get; } = new((long)rows * shape.Width);

    public Buffer AttentionScales { get; } = new(rows);

    public Buffer AttentionNormed { get; } = new((long)rows * shape.Width);

    public Buffer Queries { get; } = new((long)rows * shape.Width);

    public Buffer Keys { get; } = new((long)rows * shape.Width);

    public Buffer Values { get; } = new((long)rows * shape.Width);

    /// <summary>The attention weights of all segments and heads.</summary>
    public Buffer Weights { get; } = new(weights);

    /// <summary>The heads' outputs side by side.</summary>
    public Buffer Attended { get; } = new((long)rows * shape.Width);

    /// <summary>The input with the attention's output added.</summary>
    public Buffer Middle { get; } = new((long)rows * shape.Width);

    public Buffer FeedForwardScales { get; } = new(rows);

    public Buffer FeedForwardNormed { get; } = new((long)rows * shape.Width);

    public Buffer Gate { get; } = new((long)rows * shape.FeedForward);

    public Buffer Up { get; } = new((long)rows * shape.FeedForward);

    public Buffer Hidden { get; } = new((long)rows * shape.FeedForward);

    public void Dispose()
    {
        Buffer[] all =
        [
            Input, AttentionScales, AttentionNormed, Queries, Keys, Values, Weights, Attended, Middle, FeedForwardScales, FeedForwardNormed,
            Gate, Up, Hidden,
        ];
        foreach (Buffer buffer in all)
        {
            buffer.Dispose();
        }
    }
}
