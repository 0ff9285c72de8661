using System.Runtime.InteropServices;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Devices;

/// <summary>Loads the first CUDA build that yields a GPU. llama.cpp by itself says nothing when one is missing or does not load.</summary>
internal static unsafe class CudaBackends
{
    // ggml_backend_dev_type in ggml-backend.h: 1 has memory of its own, 2 uses the processor's.
    private const int GpuType = 1;
    private const int IntegratedGpuType = 2;

    /// <summary>Looks for the builds below <paramref name="directory"/> and loads one. Once in a process: what is loaded stays.</summary>
    /// <param name="directory">The folder of the libraries.</param>
    /// <param name="processor">Its name.</param>
    /// <param name="thorough">Whether to look for the machine's libraries also where a build's own file cannot be loaded.</param>
    public static DeviceFindings Load(string directory, string processor, bool thorough)
    {
        string? cache = null;
        IReadOnlyList<string> folders = NeededLibrary.ToolkitFolders();
        IReadOnlyList<Gpu> gpus = [];
        var findings = new List<CudaFinding>();
        foreach (CudaBuild build in CudaBuild.All)
        {
            if (gpus.Count > 0)
            {
                findings.Add(new CudaFinding(
                    build.Cuda, Path.Combine(directory, build.File), null, [], "not needed: a newer build found the GPUs"));
                continue;
            }

            CudaFinding finding = Inspect(build, directory, folders, thorough);
            if (finding.Fault is null)
            {
                cache ??= CudaCache.Set();
                finding = finding with { LoadFault = LoadFault(finding.File, out gpus) };
            }

            findings.Add(finding);
        }

        return new DeviceFindings(processor, findings, gpus, cache);
    }

    /// <summary>What can be said of a build before it is loaded.</summary>
    public static CudaFinding Inspect(CudaBuild build, string directory, IReadOnlyList<string> folders, bool thorough)
    {
        string? fault = build.FileFault(directory);
        IReadOnlyList<NeededLibrary> libraries = fault is null || thorough
            ? [.. build.Needs.Select(name => NeededLibrary.Load(name, folders))]
            : [];
        return new CudaFinding(build.Cuda, Path.Combine(directory, build.File), fault, libraries, null);
    }

    private static string? LoadFault(string path, out IReadOnlyList<Gpu> gpus)
    {
        LlamaLog.Clear();
        nint backend = LlamaApi.ggml_backend_load(path);
        gpus = backend == 0 ? [] : FindGpus();
        return (backend, gpus.Count) switch
        {
            (0, _) => $"ggml does not load it: {LlamaLog.TakeErrors()}",
            (_, 0) => $"it finds no GPU: {LlamaLog.TakeErrors()}",
            _ => null,
        };
    }

    private static List<Gpu> FindGpus()
    {
        var gpus = new List<Gpu>();
        for (nuint i = 0; i < LlamaApi.ggml_backend_dev_count(); i++)
        {
            nint device = LlamaApi.ggml_backend_dev_get(i);
            if (LlamaApi.ggml_backend_dev_type(device) is GpuType or IntegratedGpuType)
            {
                gpus.Add(Describe(device));
            }
        }

        return gpus;
    }

    private static Gpu Describe(nint device)
    {
        nuint free;
        nuint total;
        LlamaApi.ggml_backend_dev_memory(device, &free, &total);
        string name = Marshal.PtrToStringUTF8((nint)LlamaApi.ggml_backend_dev_name(device)) ?? "";
        string description = Marshal.PtrToStringUTF8((nint)LlamaApi.ggml_backend_dev_description(device)) ?? "";
        return new Gpu(name, description, free, total) { Handle = device };
    }
}
