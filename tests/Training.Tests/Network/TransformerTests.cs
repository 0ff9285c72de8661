using NodeBox.Training.Network;
using Buffer = NodeBox.Training.Network.Buffer;

namespace NodeBox.Training.Tests.Network;

public sealed class TransformerTests
{
    private static readonly Shape s_shape = new(Vocabulary: 64, Width: 64, Layers: 2, Heads: 2, FeedForward: 96);

    [Theory]
    [InlineData("token_embd")]
    [InlineData("output_norm")]
    [InlineData("blk.0.attn_norm")]
    [InlineData("blk.0.attn_q")]
    [InlineData("blk.0.attn_k")]
    [InlineData("blk.1.attn_v")]
    [InlineData("blk.1.attn_output")]
    [InlineData("blk.0.ffn_norm")]
    [InlineData("blk.0.ffn_gate")]
    [InlineData("blk.1.ffn_up")]
    [InlineData("blk.1.ffn_down")]
    public void Gradients_are_those_of_finite_differences(string name)
    {
        using var network = new Transformer(s_shape, maxRows: 256, maxWeights: 1 << 16, maxPositions: 256);
        using Buffer weights = Weights();
        Batch batch = SomeBatch();
        network.Learn(weights, batch);
        var parameters = new Parameters(s_shape);
        Tensor tensor = parameters.Matrices.Concat(parameters.Norms).Append(parameters.Embedding).Single(t => t.Name == name);
        float[] gradient = network.Gradients.Span.Slice(tensor.Offset, tensor.Length).ToArray();

        // Along the gradient itself the slope is the gradient's length, which drowns the rounding of single precision.
        double length = Math.Sqrt(gradient.Sum(static g => (double)g * g));
        double step = 2e-3;
        double above = LossAt(network, weights, batch, tensor, gradient, step / length);
        double below = LossAt(network, weights, batch, tensor, gradient, -step / length);
        Assert.Equal(1, (above - below) / (2 * step) / length, 0.02);
    }

    [Fact]
    public void A_shared_prefix_computes_what_a_copy_of_it_before_each_dialogue_computes()
    {
        using var network = new Transformer(s_shape, maxRows: 512, maxWeights: 1 << 17, maxPositions: 256);
        using Buffer weights = Weights();
        Batch shared = SomeBatch();
        network.Forward(weights, shared);
        float[] expected = network.LogitsOf(0).ToArray();
        Segment first = shared.Segments[1];
        int[] rows = [.. Enumerable.Range(0, first.PrefixLength), .. Enumerable.Range(first.Start, first.Length)];
        var alone = new Batch(
            [.. rows.Select(row => shared.Tokens[row])],
            [.. rows.Select(row => shared.Targets[row])],
            [new Segment(0, rows.Length)]);
        network.Forward(weights, alone);
        float[] actual = network.LogitsOf(0).ToArray();
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    private static Buffer Weights()
    {
        var parameters = new Parameters(s_shape);
        var weights = new Buffer(parameters.Length);
        Initial.Fill(weights, parameters, seed: 3);
        var random = new SeededRandom(5);
        foreach (Tensor norm in parameters.Norms)
        {
            foreach (ref float weight in weights.Span.Slice(norm.Offset, norm.Length))
            {
                weight += 0.3f * random.NextSigned();
            }
        }

        foreach (ref float weight in weights.Span.Slice(parameters.Embedding.Offset, parameters.Embedding.Length))
        {
            weight *= 6;
        }

        return weights;
    }

    // A prefix and two dialogues, one of them longer than a block of queries.
    private static Batch SomeBatch()
    {
        var random = new SeededRandom(9);
        int[] tokens = [.. Enumerable.Range(0, 37 + 21 + 83).Select(_ => random.Next(s_shape.Vocabulary))];
        int[] targets = [.. tokens.Select((_, row) => row >= 37 && row % 3 == 0 ? random.Next(s_shape.Vocabulary) : -1)];
        return new Batch(tokens, targets, [new Segment(0, 37), new Segment(37, 21, 0, 37), new Segment(58, 83, 0, 37)]);
    }

    private static double LossAt(Transformer network, Buffer weights, Batch batch, Tensor tensor, float[] direction, double distance)
    {
        using var moved = new Buffer(weights.Length);
        weights.Span.CopyTo(moved.Span);
        Span<float> at = moved.Span.Slice(tensor.Offset, tensor.Length);
        for (int i = 0; i < at.Length; i++)
        {
            at[i] += (float)(distance * direction[i]);
        }

        return network.Learn(moved, batch).Loss;
    }
}
