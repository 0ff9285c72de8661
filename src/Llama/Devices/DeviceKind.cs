namespace NodeBox.Llama.Devices;

/// <summary>What is asked to compute a model.</summary>
public enum DeviceKind
{
    /// <summary>The GPUs where there are any that can be used, else the processor. Which one, and why, is said at the start.</summary>
    Auto,

    /// <summary>The processor; no GPU is looked for, and nothing of CUDA is loaded.</summary>
    Cpu,

    /// <summary>NVIDIA GPUs; without one that can be used the model does not start.</summary>
    Cuda,
}

/// <summary>How several GPUs share a model: llama_split_mode in llama.h, number for number.</summary>
public enum GpuSplit
{
    /// <summary>Not at all: one GPU has the whole model.</summary>
    None,

    /// <summary>Each has some of the layers, and the KV cache of those.</summary>
    Layer,

    /// <summary>Each has some of the rows of every matrix.</summary>
    Row,
}
