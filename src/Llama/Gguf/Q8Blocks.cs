using System.Buffers.Binary;

namespace NodeBox.Llama.Gguf;

/// <summary>
/// ggml's Q8_0: blocks of 32 numbers, each a 16-bit scale and 32 signed bytes. Rounded as quantize_row_q8_0_ref in ggml-quants.c does.
/// </summary>
internal static class Q8Blocks
{
    public const int Elements = 32;
    public const int Bytes = 34;

    private const float Most = 127;

    /// <summary>Writes one block.</summary>
    /// <param name="values"><see cref="Elements"/> numbers.</param>
    /// <param name="block">Gets <see cref="Bytes"/> bytes.</param>
    public static void Write(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        float scale = largest / Most;
        float inverse = scale > 0 ? 1 / scale : 0;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (int i = 0; i < Elements; i++)
        {
            block[sizeof(ushort) + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
        }
    }
}
