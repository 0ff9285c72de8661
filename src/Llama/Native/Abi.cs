using System.Runtime.InteropServices;

namespace NodeBox.Llama.Native;

/// <summary>
/// Refuses a llama.cpp whose binary interface is not the one <see cref="LlamaApi"/> was written against. llama.cpp passes structs by
/// value and changes them between releases, so a wrong one would not fail but corrupt memory.
/// </summary>
internal static unsafe class Abi
{
    public const string LlamaVersion = "0.5.0-dev";
    public const string GgmlVersion = "0.25.1";
    public const string GgmlCommit = "0ad4a86";

    private const int ProbeSize = 1024;

    // Bytes that the C compiler leaves unwritten between and after the members.
    private static readonly int[] s_modelPadding = [36, 37, 38, 39, 78, 79];
    private static readonly int[] s_contextPadding = [134, 135];

    /// <summary>
    /// Checks the three loaded libraries, by their handles under <see cref="LlamaApi"/>'s names, in order of growing trust: symbols,
    /// versions, struct layouts.
    /// </summary>
    /// <exception cref="LlamaLibraryException">The first difference found.</exception>
    public static void Verify(IReadOnlyDictionary<string, nint> handles, string directory)
    {
        foreach ((string library, string[] symbols) in LlamaApi.Symbols)
        {
            if (MissingSymbol(handles[library], symbols) is { } missing)
            {
                throw Refused(directory, $"has no function {missing}");
            }
        }

        string found = $"{Text(handles[LlamaApi.Llama], "llama_version")} (ggml {Text(handles[LlamaApi.GgmlBase], "ggml_version")}, "
            + $"commit {Text(handles[LlamaApi.GgmlBase], "ggml_commit")})";
        if (found != Needed)
        {
            throw Refused(directory, $"is version {found}");
        }

        nint modelDefaults = NativeLibrary.GetExport(handles[LlamaApi.Llama], nameof(LlamaApi.llama_model_default_params));
        nint contextDefaults = NativeLibrary.GetExport(handles[LlamaApi.Llama], nameof(LlamaApi.llama_context_default_params));
        string? difference = LayoutDifference(modelDefaults, s_modelDefaults, s_modelPadding)
            ?? LayoutDifference(contextDefaults, s_contextDefaults, s_contextPadding);
        if (difference is not null)
        {
            throw Refused(directory, difference);
        }
    }

    public static string Needed => $"{LlamaVersion} (ggml {GgmlVersion}, commit {GgmlCommit})";

    /// <summary>The first of <paramref name="symbols"/> that the library does not export, or null.</summary>
    public static string? MissingSymbol(nint handle, IEnumerable<string> symbols) =>
        symbols.FirstOrDefault(symbol => !NativeLibrary.TryGetExport(handle, symbol, out _));

    /// <summary>
    /// Calls a function that returns <typeparamref name="T"/> by value into two poisoned buffers and says how what it wrote differs from
    /// <paramref name="expected"/>, or null. System V x86-64 passes the address of a large result as the first argument.
    /// </summary>
    public static string? LayoutDifference<T>(nint function, T expected, int[] padding)
        where T : unmanaged
    {
        byte* first = stackalloc byte[ProbeSize];
        byte* second = stackalloc byte[ProbeSize];
        CallInto(function, first, 0xA5);
        CallInto(function, second, 0x5A);

        var want = new ReadOnlySpan<byte>(&expected, sizeof(T));
        for (int i = 0; i < ProbeSize; i++)
        {
            bool written = first[i] != 0xA5 || second[i] != 0x5A;
            bool member = i < want.Length && !padding.Contains(i);
            if (written != member)
            {
                return $"{(written ? "writes" : "does not write")} byte {i} of {typeof(T).Name}";
            }

            if (member && first[i] != want[i])
            {
                return $"has another default at byte {i} of {typeof(T).Name}";
            }
        }

        return null;
    }

    private static void CallInto(nint function, byte* buffer, byte poison)
    {
        new Span<byte>(buffer, ProbeSize).Fill(poison);
        _ = ((delegate* unmanaged[Cdecl]<byte*, byte*>)function)(buffer);
    }

    private static string? Text(nint handle, string function)
    {
        nint export = NativeLibrary.GetExport(handle, function);
        return Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)export)());
    }

    private static LlamaLibraryException Refused(string directory, string difference) =>
        new($"libllama in {directory} {difference}; this nodebox needs version {Needed}. Reinstall nodebox.");

    private static readonly llama_model_params s_modelDefaults = new()
    {
        n_gpu_layers = -1,
        split_mode = 1,
        load_mode = -1,
        lazy_mode = 1,
        use_extra_bufts = 1,
    };

    private static readonly llama_context_params s_contextDefaults = new()
    {
        n_ctx = 512,
        n_batch = 2048,
        n_ubatch = 512,
        n_seq_max = 1,
        n_outputs_max_per_seq = 1,
        n_threads = 4,
        n_threads_batch = 4,
        rope_scaling_type = -1,
        pooling_type = -1,
        attention_type = -1,
        flash_attn_type = -1,
        yarn_ext_factor = -1,
        yarn_attn_factor = -1,
        yarn_beta_fast = -1,
        yarn_beta_slow = -1,
        defrag_thold = -1,
        type_k = 1,
        type_v = 1,
        offload_kqv = 1,
        no_perf = 1,
        op_offload = 1,
        swa_full = 1,
    };
}
