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
        float bound = MathF.Sqrt(3f / inputs);
        float[] weights = new float[inputs * outputs];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = bound * NextSigned();
        }

        return weights;
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
