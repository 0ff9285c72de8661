using System.Runtime.InteropServices;

namespace NodeBox.Store.Native;

/// <summary>Finds libduckdb.so beside the program, once, and refuses a version other than the one the binding was written for.</summary>
internal static class Library
{
    public const string FileName = "libduckdb.so";
    public const string Version = "v1.5.6";

    private static readonly Lazy<nint> s_loaded = new(() => Load(AppContext.BaseDirectory));

    static Library() => NativeLibrary.SetDllImportResolver(
        typeof(Library).Assembly,
        (name, _, _) => name == DuckDb.Library ? s_loaded.Value : 0);

    /// <summary>
    /// Loads the library if that has not been done. Throws <see cref="DuckDbException"/> when it is missing or another version.
    /// </summary>
    public static void Require()
    {
        _ = s_loaded.Value;
        RequireVersion(Marshal.PtrToStringUTF8(DuckDb.duckdb_library_version()) ?? "unknown");
    }

    internal static void RequireVersion(string found)
    {
        if (found != Version)
        {
            throw new DuckDbException(
                $"{Path.Combine(AppContext.BaseDirectory, FileName)} is DuckDB {found}, "
                + $"but nodebox was built for {Version}. Reinstall nodebox.");
        }
    }

    internal static nint Load(string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            throw new DuckDbException($"{path} is missing. It is installed beside the program: reinstall nodebox, or build it again.");
        }

        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new DuckDbException($"{path} could not be loaded: {e.Message}", e);
        }
    }
}
