namespace NodeBox.Training.Network;

/// <summary>Weights to begin with.</summary>
internal static class Initial
{
    private const float EmbeddingDeviation = 0.05f;

    /// <summary>Heads of the first block that begin by looking one, two, three tokens back.</summary>
    private const int LookingBack = 3;

    // The first float of every embedding begins the same, so that these heads have something to look at that is in every token.
    private const float Common = 0.1f;
    private const float Sharpness = 2.5f;
    private const float Noise = 0.1f;

    /// <summary>
    /// Uniform matrices that keep activations at unit scale, and outputs of blocks that begin small; norms of one; and heads that look back.
    /// </summary>
    public static void Fill(Buffer weights, Parameters parameters, ulong seed)
    {
        var random = new SeededRandom(seed);
        Fill(weights, parameters.Embedding, EmbeddingDeviation, ref random);
        foreach (Block block in parameters.Blocks)
        {
            foreach (Tensor matrix in block.Matrices)
            {
                bool isOutput = matrix == block.Output || matrix == block.Down;
                float share = isOutput ? 2f * parameters.Blocks.Count : 1;
                Fill(weights, matrix, MathF.Sqrt(1 / (matrix.Inputs * share)), ref random);
            }
        }

        foreach (Tensor norm in parameters.Norms)
        {
            weights.Span.Slice(norm.Offset, norm.Length).Fill(1);
        }

        LookBack(weights, parameters);
    }

    // To copy a number, a model must find where the last few digits stood before. Heads that see these digits at every token usually
    // take it thousands of steps to come by; begun with them, it has copying after hundreds. At distance d, a query and a key that was
    // turned by d in advance agree in every pair of floats.
    private static void LookBack(Buffer weights, Parameters parameters)
    {
        Tensor embedding = parameters.Embedding;
        for (int token = 0; token < embedding.Inputs; token++)
        {
            weights.Span[embedding.Offset + (token * embedding.Outputs)] = Common;
        }

        Block first = parameters.Blocks[0];
        int heads = Math.Min(LookingBack, first.Query.Outputs / Shape.HeadWidth);
        for (int head = 0; head < heads; head++)
        {
            Span<float> queries = Quietened(weights, first.Query, head);
            Span<float> keys = Quietened(weights, first.Key, head);
            for (int pair = 0; pair < Shape.HeadWidth / 2; pair++)
            {
                double angle = (head + 1) * Rope.Frequency(pair);
                queries[2 * pair] = Sharpness;
                keys[2 * pair] = (float)(Sharpness * Math.Cos(angle));
                keys[(2 * pair) + 1] = (float)(Sharpness * Math.Sin(angle));
            }
        }
    }

    /// <summary>Makes a head's random weights small, and returns those of the first input.</summary>
    private static Span<float> Quietened(Buffer weights, Tensor tensor, int head)
    {
        Span<float> all = weights.Span.Slice(tensor.Offset, tensor.Length);
        for (int input = 0; input < tensor.Inputs; input++)
        {
            foreach (ref float weight in all.Slice((input * tensor.Outputs) + (head * Shape.HeadWidth), Shape.HeadWidth))
            {
                weight *= Noise;
            }
        }

        return all.Slice(head * Shape.HeadWidth, Shape.HeadWidth);
    }

    private static void Fill(Buffer weights, Tensor tensor, float deviation, ref SeededRandom random)
    {
        // A uniform distribution of this bound has this deviation.
        float bound = deviation * MathF.Sqrt(3);
        foreach (ref float weight in weights.Span.Slice(tensor.Offset, tensor.Length))
        {
            weight = bound * random.NextSigned();
        }
    }
}
