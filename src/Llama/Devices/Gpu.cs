using System.Globalization;

namespace NodeBox.Llama.Devices;

/// <summary>A GPU that ggml can compute on.</summary>
/// <param name="Name">ggml's, such as CUDA0.</param>
/// <param name="Description">The driver's, such as NVIDIA H200.</param>
/// <param name="FreeBytes">Its memory that was free when it was found.</param>
/// <param name="TotalBytes">Its memory.</param>
public sealed record Gpu(string Name, string Description, ulong FreeBytes, ulong TotalBytes)
{
    /// <summary>ggml's pointer to it, which lives as long as the process.</summary>
    internal nint Handle { get; init; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Name} ({Description}, {Gibibytes(FreeBytes):0.0} of {Gibibytes(TotalBytes):0.0} GiB free)");

    private static double Gibibytes(ulong bytes) => bytes / (double)(1 << 30);
}
