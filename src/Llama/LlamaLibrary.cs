using System.Runtime.InteropServices;
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

    private LlamaLibrary(string directory, Dictionary<string, nint> handles)
    {
        Directory = directory;
        _handles = handles;
    }

    /// <summary>Where the libraries were loaded from.</summary>
    public string Directory { get; }

    /// <summary>The version of llama.cpp and of ggml, with ggml's commit.</summary>
    public string Version => Abi.Needed;

    /// <summary>What ggml found to compute on, such as the name of the processor.</summary>
    public IReadOnlyList<string> Devices { get; private set; } = [];

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

        Devices = [.. Enumerable.Range(0, (int)devices).Select(DeviceName)];
    }

    private static unsafe string DeviceName(int index) =>
        Marshal.PtrToStringUTF8((nint)LlamaApi.ggml_backend_dev_description(LlamaApi.ggml_backend_dev_get((nuint)index))) ?? "";
}
