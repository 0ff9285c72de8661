namespace NodeBox.Llama.Gguf;

/// <summary>Tensor element types (ggml_type in ggml.h), which ggml stores in blocks.</summary>
internal static class GgmlType
{
    public const uint F32 = 0;

    /// <summary>Elements and bytes of a block, by type. Types that are not here are left to llama.cpp.</summary>
    private static readonly Dictionary<uint, (uint Elements, uint Bytes)> s_blocks = new()
    {
        [F32] = (1, 4),
        [1] = (1, 2),       // F16
        [2] = (32, 18),     // Q4_0
        [3] = (32, 20),     // Q4_1
        [6] = (32, 22),     // Q5_0
        [7] = (32, 24),     // Q5_1
        [8] = (32, 34),     // Q8_0
        [10] = (256, 84),   // Q2_K
        [11] = (256, 110),  // Q3_K
        [12] = (256, 144),  // Q4_K
        [13] = (256, 176),  // Q5_K
        [14] = (256, 210),  // Q6_K
        [30] = (1, 2),      // BF16
    };

    /// <summary>
    /// Bytes of a tensor, or 0 where the type is unknown here. <paramref name="elements"/> is at most <see cref="long.MaxValue"/> / 8.
    /// </summary>
    public static ulong SizeOf(uint type, ulong elements) =>
        s_blocks.TryGetValue(type, out (uint Elements, uint Bytes) block) ? elements / block.Elements * block.Bytes : 0;
}
