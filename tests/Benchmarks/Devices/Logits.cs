using NodeBox.Llama;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Benchmarks.Devices;

/// <summary>What a model makes of a text on a device: for each token that was the last of a batch, a number for each of the vocabulary.</summary>
internal static unsafe class Logits
{
    /// <param name="library">llama.cpp.</param>
    /// <param name="options">The model, the device, and the threads.</param>
    /// <param name="batches">The text, in the batches in which it is decoded.</param>
    /// <exception cref="ModelException">The device cannot be used, or fails.</exception>
    public static float[][] Compute(LlamaLibrary library, EngineOptions options, IReadOnlyList<int[]> batches)
    {
        using LlamaModel model = LlamaModel.Load(options.ModelPath, library.Choose(options));
        using DecodeContext context = new(model, options, batches.Sum(static tokens => tokens.Length), sequences: 1);
        using Batch batch = new(DecodeContext.BatchSize);
        List<float[]> logits = [];
        int position = 0;
        foreach (int[] tokens in batches)
        {
            batch.Clear();
            foreach (int token in tokens)
            {
                batch.Add(token, position++, sequence: 0, output: batch.Count == tokens.Length - 1);
            }

            if (context.Decode(batch) is not 0 and int result)
            {
                throw new ModelException($"llama_decode returns {result} on {model.Device.Description}.");
            }

            logits.Add(new ReadOnlySpan<float>(LlamaApi.llama_get_logits_ith(context.Handle, tokens.Length - 1), model.VocabularySize).ToArray());
        }

        return [.. logits];
    }
}
