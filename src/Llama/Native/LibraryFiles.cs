using System.Security.Cryptography;

namespace NodeBox.Llama.Native;

/// <summary>The llama.cpp files this build was made for, with their SHA-256.</summary>
internal static class LibraryFiles
{
    /// <summary>Those that every installation has, as libraries.sha256 pins them.</summary>
    public static readonly IReadOnlyDictionary<string, string> Pinned = ReadPinned("libraries.sha256");

    /// <summary>The backends for GPUs, which an installation may have too, as cuda.sha256 pins them.</summary>
    public static readonly IReadOnlyDictionary<string, string> PinnedCuda = ReadPinned("cuda.sha256");

    /// <summary>The pinned file that implements a library of <see cref="LlamaApi"/>.</summary>
    public static string FileOf(string library) => library == LlamaApi.GgmlBase
        ? "libggml-base.so"
        : Pinned.Keys.Single(file => file.StartsWith($"lib{library}.v", StringComparison.Ordinal));

    /// <summary>Compares every pinned file with <paramref name="directory"/>.</summary>
    /// <exception cref="LlamaLibraryException">A file is missing or differs.</exception>
    public static void Verify(string directory)
    {
        foreach ((string file, string pinned) in Pinned)
        {
            string path = Path.Combine(directory, file);
            if (!File.Exists(path))
            {
                throw new LlamaLibraryException(
                    $"The llama.cpp library {path} is missing. Reinstall nodebox: it ships llama/ beside its executable.");
            }

            if (Hash(path) != pinned)
            {
                throw new LlamaLibraryException(
                    $"The llama.cpp library {path} is not the file this nodebox was built for (its SHA-256 differs). Reinstall nodebox.");
            }
        }
    }

    /// <summary>SHA-256 of a file, in hexadecimal.</summary>
    public static string Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static Dictionary<string, string> ReadPinned(string resource)
    {
        using Stream manifest = typeof(LibraryFiles).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(manifest);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split("  "))
            .ToDictionary(parts => parts[1], parts => parts[0]);
    }
}
