namespace NodeBox.Llama.Devices;

/// <summary>What there is to compute on, and what is missing.</summary>
/// <param name="Processor">Its name.</param>
/// <param name="Cuda">The CUDA builds, in the order in which they were tried.</param>
/// <param name="Gpus">The GPUs of the build that was loaded.</param>
/// <param name="CompiledCode">The folder in which the driver keeps the code that it compiles for the GPUs; null if none can be written, or nothing was loaded.</param>
public sealed record DeviceFindings(
    string Processor, IReadOnlyList<CudaFinding> Cuda, IReadOnlyList<Gpu> Gpus, string? CompiledCode)
{
    /// <summary>Why there is no GPU: every build with all that keeps it from being used.</summary>
    public string WhyNoGpu => string.Join(". ", Cuda.Select(build => $"CUDA {build.Cuda}: {build.Fault}"));
}
