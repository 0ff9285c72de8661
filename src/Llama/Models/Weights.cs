using NodeBox.Llama.Gguf;

namespace NodeBox.Llama.Models;

/// <summary>
/// Seeded random matrices from SplitMix64 (Steele, Lea and Flood, 2014). The generator is that of Telemetry/SplitMix64.cs, written out
/// here again because this project depends on nothing; a test of each compares it with the published sequence. Only operations that
/// IEEE 754 rounds exactly are used, no logarithm or cosine of the C library, so that a seed gives the same bytes on every machine.
/// </summary>
internal sealed class Weights(ulong seed)
{
    private ulong _state = seed;

    /// <summary>
    /// Uniform weights whose variance is 1 / <paramref name="inputs"/>, which keeps activations at unit scale through the layers.
    /// </summary>
    public float[] Matrix(int inputs, int outputs)
    {
        float[] weights = new float[inputs * outputs];
        Fill(weights, Bound(inputs));
        return weights;
    }

    /// <summary>Writes the same weights to <paramref name="stream"/> as Q8_0, column by column; <paramref name="inputs"/> is a multiple of 32.</summary>
    public void WriteQuantised(Stream stream, int inputs, int outputs)
    {
        float[] column = new float[inputs];
        byte[] blocks = new byte[inputs / Q8Blocks.Elements * Q8Blocks.Bytes];
        for (int output = 0; output < outputs; output++)
        {
            Fill(column, Bound(inputs));
            for (int block = 0; block < inputs / Q8Blocks.Elements; block++)
            {
                Q8Blocks.Write(column.AsSpan(block * Q8Blocks.Elements, Q8Blocks.Elements), blocks.AsSpan(block * Q8Blocks.Bytes));
            }

            stream.Write(blocks);
        }
    }

    private static float Bound(int inputs) => MathF.Sqrt(3f / inputs);

    private void Fill(Span<float> weights, float bound)
    {
        foreach (ref float weight in weights)
        {
            weight = bound * NextSigned();
        }
    }

    /// <summary>A multiple of 2^-23 in [-1, 1).</summary>
    private float NextSigned()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        return ((mixed >> 40) / 8388608f) - 1f;
    }
}
