using NodeBox.Llama.Native;

namespace NodeBox.Llama.Devices;

/// <summary>A build of ggml's CUDA backend, a plug-in of the same ggml as the processor's.</summary>
/// <remarks>
/// Both lie in folders of their own: ggml loads every backend that lies beside it, also for a model that is to run on the processor. They
/// find libggml-base.so nevertheless, because the loader takes one of that name which the process has already (dlopen(3), DT_SONAME).
/// </remarks>
/// <param name="Cuda">The major version of CUDA that it was compiled with.</param>
internal sealed record CudaBuild(int Cuda)
{
    /// <summary>In the order in which they are tried: the newer first, the older where that yields no GPU.</summary>
    public static readonly IReadOnlyList<CudaBuild> All = [new(13), new(12)];

    /// <summary>Where it lies below the folder of the libraries.</summary>
    public string File => $"cuda{Cuda}/libggml-cuda.so";

    /// <summary>What it takes from the machine: the driver, CUDA's runtime, and its linear algebra, each after what it needs itself.</summary>
    public IReadOnlyList<string> Needs =>
        ["libcuda.so.1", $"libcudart.so.{Cuda}", $"libcublasLt.so.{Cuda}", $"libcublas.so.{Cuda}"];

    /// <summary>Why its file in <paramref name="directory"/> cannot be loaded, or null.</summary>
    public string? FileFault(string directory)
    {
        string path = Path.Combine(directory, File);
        if (!System.IO.File.Exists(path))
        {
            return $"{path} is not installed (./dev cuda installs it)";
        }

        return LibraryFiles.Hash(path) == LibraryFiles.PinnedCuda[File]
            ? null
            : $"{path} is not the file this nodebox was built for (its SHA-256 differs; ./dev cuda installs it)";
    }
}
