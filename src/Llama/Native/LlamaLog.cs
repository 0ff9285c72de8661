using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NodeBox.Llama.Native;

/// <summary>
/// Keeps the last errors that llama.cpp logged on this thread, for the message of the exception that follows a failed call.
/// </summary>
internal static unsafe class LlamaLog
{
    private const int ErrorLevel = 4;
    private const int KeptLines = 4;

    [ThreadStatic]
    private static Queue<string>? s_errors;

    public static void Capture()
    {
        LlamaApi.llama_log_set(&Write, null);
        LlamaApi.ggml_log_set(&Write, null);
    }

    /// <summary>
    /// Takes what was logged on this thread since the last call: "; "-separated lines, or a sentence saying there was nothing.
    /// </summary>
    public static string TakeErrors()
    {
        string text = s_errors is { Count: > 0 } errors ? string.Join("; ", errors) : "llama.cpp gave no reason";
        s_errors?.Clear();
        return text;
    }

    /// <summary>Forgets what was logged on this thread.</summary>
    public static void Clear() => s_errors?.Clear();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* text, void* userData)
    {
        if (level != ErrorLevel || Marshal.PtrToStringUTF8((nint)text)?.Trim() is not { Length: > 0 } line)
        {
            return;
        }

        s_errors ??= new Queue<string>();
        s_errors.Enqueue(line);
        if (s_errors.Count > KeptLines)
        {
            s_errors.Dequeue();
        }
    }
}
