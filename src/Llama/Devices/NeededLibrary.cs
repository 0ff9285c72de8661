using System.Runtime.InteropServices;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Devices;

/// <summary>A library that a CUDA build needs and the machine must have.</summary>
/// <param name="Name">Such as libcudart.so.13.</param>
/// <param name="LoadedFrom">What was loaded: its path, or only its name where the dynamic loader's own search found it; null if none was.</param>
/// <param name="Fault">Why it does not load, in dlopen's words; null if it does.</param>
public sealed record NeededLibrary(string Name, string? LoadedFrom, string? Fault)
{
    private const string ToolkitFolder = "/usr/local";

    /// <summary>
    /// Where CUDA's own installer puts libraries, which the dynamic loader often is not told about: below $CUDA_PATH and /usr/local/cuda*,
    /// the highest version first.
    /// </summary>
    internal static IReadOnlyList<string> ToolkitFolders()
    {
        IEnumerable<string> roots = Directory.Exists(ToolkitFolder) ? Directory.GetDirectories(ToolkitFolder, "cuda*").OrderDescending() : [];
        return
        [
            .. roots.Prepend(Environment.GetEnvironmentVariable("CUDA_PATH") ?? "")
                .Where(root => root.Length > 0)
                .Select(root => Path.Combine(root, "lib64")),
        ];
    }

    /// <summary>
    /// Loads it for the rest of the process's life, so that a library which needs one of its name gets this one: by the dynamic loader's
    /// own search, else from the first of <paramref name="folders"/> that has it.
    /// </summary>
    internal static NeededLibrary Load(string name, IEnumerable<string> folders)
    {
        string? fault = null;
        foreach (string candidate in folders.Select(folder => Path.Combine(folder, name)).Where(File.Exists).Prepend(name))
        {
            string? reason = Open(candidate);
            if (reason is null)
            {
                return new NeededLibrary(name, candidate, null);
            }

            fault = fault is null ? reason : $"{fault}; {reason}";
        }

        return new NeededLibrary(name, null, fault);
    }

    private static string? Open(string path)
    {
        // The runtime looks dlerror up with dlopen itself, once: not between the call and the question.
        _ = Libc.dlerror();
        nint handle = Libc.dlopen(path, Libc.RTLD_NOW);
        return handle != 0 ? null : Marshal.PtrToStringUTF8(Libc.dlerror()) ?? $"dlopen does not load {path} and says nothing";
    }
}
