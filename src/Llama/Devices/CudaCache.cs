using NodeBox.Llama.Native;

namespace NodeBox.Llama.Devices;

/// <summary>
/// Where the driver keeps code that it compiles for a GPU which a CUDA build has no machine code for. Without one every start takes as long
/// as the first (CUDA C++ Programming Guide, environment variable CUDA_CACHE_PATH).
/// </summary>
internal static class CudaCache
{
    private const string Variable = "CUDA_CACHE_PATH";

    /// <summary>Names a folder to the driver unless the environment does, and returns it; null if none can be written. Before the driver is first used.</summary>
    public static string? Set()
    {
        string? folder = Choose(Environment.GetEnvironmentVariable);
        if (folder is not null)
        {
            _ = Libc.setenv(Variable, folder, 1);
        }

        return folder;
    }

    /// <summary>
    /// The first that can be written of CUDA_CACHE_PATH, a folder in systemd's CACHE_DIRECTORY, and one in the user's cache folder. The first
    /// excludes the others.
    /// </summary>
    public static string? Choose(Func<string, string?> variable)
    {
        if (variable(Variable) is { Length: > 0 } asked)
        {
            return CanWrite(asked) ? asked : null;
        }

        // The XDG Base Directory Specification has relative paths ignored.
        string? home = variable("HOME") is { Length: > 0 } path ? Path.Combine(path, ".cache") : null;
        string? user = variable("XDG_CACHE_HOME") is { } xdg && Path.IsPathRooted(xdg) ? xdg : home;
        string?[] roots = [variable("CACHE_DIRECTORY"), user];
        return roots
            .Where(root => Path.IsPathRooted(root))
            .Select(root => Path.Combine(root!, "nodebox", "cuda"))
            .FirstOrDefault(CanWrite);
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using FileStream file = new(
                Path.Combine(folder, $".nodebox-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
