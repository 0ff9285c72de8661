using System.Runtime.InteropServices;
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
    public static void Write(string path, Shape shape, TestbedVocabulary vocabulary, Buffer weights) =>
        File.WriteAllBytes(path, Bytes(shape, vocabulary, weights));

    /// <summary>Reads the weights of a network of the same shape and vocabulary back.</summary>
    /// <exception cref="IOException">The file cannot be read or is of another network.</exception>
    public static void Read(string path, Shape shape, TestbedVocabulary vocabulary, Buffer weights)
    {
        byte[] file = File.ReadAllBytes(path);
        var parameters = new Parameters(shape);
        int length = sizeof(float) * parameters.Length;
        if (file.Length > length)
        {
            // Tensors come last, in the order in which they were added, and none needs padding.
            ReadOnlySpan<float> floats = MemoryMarshal.Cast<byte, float>(file.AsSpan(file.Length - length));
            foreach (Tensor tensor in parameters.Norms.Prepend(parameters.Embedding))
            {
                floats[..tensor.Length].CopyTo(weights.Span.Slice(tensor.Offset, tensor.Length));
                floats = floats[tensor.Length..];
            }

            foreach (Tensor matrix in parameters.Matrices)
            {
                Transpose(floats[..matrix.Length], matrix.Outputs, matrix.Inputs).CopyTo(weights.Span.Slice(matrix.Offset, matrix.Length));
                floats = floats[matrix.Length..];
            }
        }

        if (!file.AsSpan().SequenceEqual(Bytes(shape, vocabulary, weights)))
        {
            throw new IOException($"{path} is no network of this shape and vocabulary: begin from one that this program made");
        }
    }

    private static byte[] Bytes(Shape shape, TestbedVocabulary vocabulary, Buffer weights)
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
            // ggml keeps an output's weights together.
            float[] transposed = Transpose(weights.Span.Slice(matrix.Offset, matrix.Length), matrix.Inputs, matrix.Outputs);
            file.AddTensor($"{matrix.Name}.weight", transposed, (ulong)matrix.Inputs, (ulong)matrix.Outputs);
        }

        using var stream = new MemoryStream();
        file.WriteTo(stream);
        return stream.ToArray();
    }

    private static float[] Transpose(ReadOnlySpan<float> values, int rows, int columns)
    {
        float[] transposed = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return transposed;
    }
}
