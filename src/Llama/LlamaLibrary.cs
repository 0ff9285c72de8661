using System.Runtime.InteropServices;
using NodeBox.Llama.Devices;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Native;

namespace NodeBox.Llama;

/// <summary>
/// llama.cpp, loaded once into this process. Loading is the only way to get an engine, so nothing calls llama.cpp before its files,
/// symbols,
/// versions and struct layouts were compared with those this project was written against.
/// </summary>
public sealed class LlamaLibrary
{
    private static readonly Lock s_gate = new();
    private static LlamaLibrary? s_loaded;

    private readonly Dictionary<string, nint> _handles;
    private DeviceFindings? _devices;

    private LlamaLibrary(string directory, Dictionary<string, nint> handles)
    {
        Directory = directory;
        _handles = handles;
    }

    /// <summary>Where the libraries were loaded from.</summary>
    public string Directory { get; }

    /// <summary>The version of llama.cpp and of ggml, with ggml's commit.</summary>
    public string Version => Abi.Needed;

    /// <summary>The processor's name.</summary>
    public string Processor { get; private set; } = "";

    /// <summary>
    /// Loads and checks the libraries in <paramref name="directory"/>, by default "llama" beside the executable. Later calls return what
    /// the first loaded.
    /// </summary>
    /// <exception cref="LlamaLibraryException">They are missing, altered, or of another version.</exception>
    public static LlamaLibrary Load(string? directory = null)
    {
        directory = Path.GetFullPath(directory ?? Path.Combine(AppContext.BaseDirectory, "llama"));
        lock (s_gate)
        {
            if (s_loaded is not null)
            {
                return s_loaded.Directory == directory
                    ? s_loaded
                    : throw new LlamaLibraryException(
                        $"llama.cpp is already loaded from {s_loaded.Directory}, so it cannot be loaded from {directory}.");
            }

            LibraryFiles.Verify(directory);
            var library = new LlamaLibrary(directory, Open(directory));
            Abi.Verify(library._handles, directory);
            library.Start();
            s_loaded = library;
            return library;
        }
    }

    /// <summary>
    /// Looks for GPUs and loads what they need, once: later calls return what the first found. Hashes the CUDA builds that are installed,
    /// which takes some tenths of a second.
    /// </summary>
    /// <param name="thorough">Whether to look for the machine's CUDA libraries also where no CUDA build is installed.</param>
    public DeviceFindings FindDevices(bool thorough)
    {
        lock (s_gate)
        {
            return _devices ??= CudaBackends.Load(Directory, Processor, thorough);
        }
    }

    /// <summary>What is to compute a model. Where that is the processor by order, no GPU is looked for.</summary>
    /// <exception cref="LlamaLibraryException">A GPU is asked for and none can be used; the message says all that is missing.</exception>
    /// <exception cref="ModelException">The options contradict each other or the GPUs.</exception>
    public DeviceChoice Choose(EngineOptions options) => options.Device == DeviceKind.Cpu
        ? DeviceChoice.Processor(Processor, "device is \"cpu\"")
        : DeviceChoice.Of(options, FindDevices(thorough: options.Device == DeviceKind.Cuda));

    private static Dictionary<string, nint> Open(string directory)
    {
        // ggml installs its own terminate handler, which runs gdb on this process, unless this is set when it is loaded.
        _ = Libc.setenv("GGML_NO_BACKTRACE", "1", 1);

        var handles = new Dictionary<string, nint>();
        foreach (string library in LlamaApi.Symbols.Keys)
        {
            string path = Path.Combine(directory, LibraryFiles.FileOf(library));
            try
            {
                handles[library] = NativeLibrary.Load(path);
            }
            catch (DllNotFoundException e)
            {
                throw new LlamaLibraryException(
                    $"The llama.cpp library {path} does not load: {e.Message}. It needs glibc 2.34 and libstdc++ 6.");
            }
        }

        return handles;
    }

    private unsafe void Start()
    {
        NativeLibrary.SetDllImportResolver(
            typeof(LlamaLibrary).Assembly,
            (name, _, _) => _handles.GetValueOrDefault(name));
        LlamaLog.Capture();

        // Backends come first: a model loaded without them has no device to run on.
        LlamaApi.ggml_backend_load_all_from_path(Directory);
        LlamaApi.llama_backend_init();
        nuint devices = LlamaApi.ggml_backend_dev_count();
        if (devices == 0)
        {
            throw new LlamaLibraryException($"llama.cpp found no processor backend in {Directory} that runs on this machine.");
        }

        Processor = Marshal.PtrToStringUTF8((nint)LlamaApi.ggml_backend_dev_description(LlamaApi.ggml_backend_dev_get(0))) ?? "";
    }
}
