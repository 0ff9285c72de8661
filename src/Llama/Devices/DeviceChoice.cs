using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Devices;

/// <summary>What computes a model.</summary>
/// <param name="Gpus">The GPUs; none means the processor alone.</param>
/// <param name="Layers">The layers that they compute; negative means all.</param>
/// <param name="Split">How they share them.</param>
/// <param name="MainGpu">Of <paramref name="Gpus"/>, the one that has what is not shared.</param>
/// <param name="Description">What was chosen and why, for the log: a sentence's end, such as "the processor (…), because …".</param>
public sealed record DeviceChoice(IReadOnlyList<Gpu> Gpus, int Layers, GpuSplit Split, int MainGpu, string Description)
{
    /// <summary>The processor, looking for nothing else.</summary>
    internal static DeviceChoice Processor(string name, string why) => new([], 0, GpuSplit.None, 0, $"the processor ({name}), because {why}");

    /// <summary>Chooses between what was found, where the processor is not ordered. Never the processor where <see cref="DeviceKind.Cuda"/> is asked for.</summary>
    /// <exception cref="LlamaLibraryException">A GPU is asked for and none can be used; the message says all that is missing.</exception>
    /// <exception cref="ModelException">The options contradict each other or the GPUs.</exception>
    internal static DeviceChoice Of(EngineOptions options, DeviceFindings found)
    {
        bool mustBeGpu = options.Device == DeviceKind.Cuda;
        if (options.GpuLayers == 0)
        {
            return mustBeGpu
                ? throw new ModelException("device is \"cuda\", but gpu_layers is 0. Set device = \"cpu\", or gpu_layers to -1 (all) or more than 0.")
                : Processor(found.Processor, "gpu_layers is 0");
        }

        if (found.Gpus.Count == 0)
        {
            return mustBeGpu
                ? throw new LlamaLibraryException(
                    $"device is \"cuda\", but no GPU can be used. {found.WhyNoGpu}. Install what is missing, or set device = \"cpu\"; `nodebox model devices` shows what was found.")
                : Processor(found.Processor, $"device is \"auto\" and no GPU can be used. {found.WhyNoGpu}");
        }

        return OnGpus(options, found);
    }

    private static DeviceChoice OnGpus(EngineOptions options, DeviceFindings found)
    {
        if (options.MainGpu < 0 || options.MainGpu >= found.Gpus.Count)
        {
            throw new ModelException($"main_gpu is {options.MainGpu}, but the GPUs found are 0 to {found.Gpus.Count - 1}: {string.Join(", ", found.Gpus)}.");
        }

        bool alone = options.Split == GpuSplit.None || found.Gpus.Count == 1;
        IReadOnlyList<Gpu> used = alone ? [found.Gpus[options.MainGpu]] : found.Gpus;
        string layers = options.GpuLayers < 0 ? "all layers" : $"{options.GpuLayers} layers";
        string split = alone ? "" : $", split by {(options.Split == GpuSplit.Row ? "row" : "layer")}";
        int cuda = found.Cuda.First(build => build.Fault is null).Cuda;
        string cache = found.CompiledCode is null ? "; code compiled for it cannot be kept: set CUDA_CACHE_PATH to a folder that can be written" : "";
        return new DeviceChoice(
            used,
            options.GpuLayers,
            alone ? GpuSplit.None : options.Split,
            alone ? 0 : options.MainGpu,
            $"{string.Join(" and ", used)} with CUDA {cuda}: {layers}{split}{cache}");
    }
}
