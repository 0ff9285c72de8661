using NodeBox.Llama.Chat;
using NodeBox.Llama.Gguf;
using NodeBox.Training.Network;
using Buffer = NodeBox.Training.Network.Buffer;

namespace NodeBox.Training.Text;

/// <summary>Writes a network as a GGUF file that llama.cpp runs.</summary>
internal static class ModelFile
{
    private const int Context = 8192;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Shape shape, TestbedVocabulary vocabulary, Buffer weights)
    {
        var file = new GgufWriter();
        file.Add("general.architecture", "llama");
        file.Add("general.name", "nodebox testbed model");
        file.Add("general.file_type", 0u);
        file.Add("llama.context_length", Context);
        file.Add("llama.embedding_length", (uint)shape.Width);
        file.Add("llama.block_count", (uint)shape.Layers);
        file.Add("llama.feed_forward_length", (uint)shape.FeedForward);
        file.Add("llama.attention.head_count", (uint)shape.Heads);
        file.Add("llama.attention.head_count_kv", (uint)shape.Heads);
        file.Add("llama.attention.layer_norm_rms_epsilon", Shape.NormEpsilon);
        file.Add("llama.rope.dimension_count", Shape.HeadWidth);
        file.Add("llama.rope.freq_base", Shape.RopeBase);
        file.Add("llama.vocab_size", (uint)shape.Vocabulary);
        vocabulary.WriteTo(file);
        file.Add("tokenizer.chat_template", ChatMl.Template);

        var parameters = new Parameters(shape);
        Tensor embedding = parameters.Embedding;
        ReadOnlySpan<float> rows = weights.Span.Slice(embedding.Offset, embedding.Length);
        file.AddTensor("token_embd.weight", rows.ToArray(), (ulong)embedding.Outputs, (ulong)embedding.Inputs);
        foreach (Tensor norm in parameters.Norms)
        {
            file.AddTensor($"{norm.Name}.weight", weights.Span.Slice(norm.Offset, norm.Length).ToArray(), (ulong)norm.Length);
        }

        foreach (Tensor matrix in parameters.Matrices)
        {
            float[] transposed = Transposed(weights.Span.Slice(matrix.Offset, matrix.Length), matrix);
            file.AddTensor($"{matrix.Name}.weight", transposed, (ulong)matrix.Inputs, (ulong)matrix.Outputs);
        }

        using FileStream stream = File.Create(path);
        file.WriteTo(stream);
    }

    // ggml keeps an output's weights together.
    private static float[] Transposed(ReadOnlySpan<float> weights, Tensor matrix)
    {
        float[] transposed = new float[matrix.Length];
        for (int input = 0; input < matrix.Inputs; input++)
        {
            for (int output = 0; output < matrix.Outputs; output++)
            {
                transposed[(output * matrix.Inputs) + input] = weights[(input * matrix.Outputs) + output];
            }
        }

        return transposed;
    }
}
