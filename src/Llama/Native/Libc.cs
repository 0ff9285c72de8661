using System.Runtime.InteropServices;

namespace NodeBox.Llama.Native;

internal static partial class Libc
{
    /// <summary>
    /// Sets a variable in the C environment, which llama.cpp reads; <see cref="Environment.SetEnvironmentVariable(string, string)"/> only
    /// changes .NET's copy.
    /// </summary>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int setenv(string name, string value, int overwrite);

    /// <summary>dlopen's flag to resolve all symbols at once, so that what is missing shows now.</summary>
    public const int RTLD_NOW = 2;

    /// <summary>Loads a library; 0 means that it failed, and <see cref="dlerror"/> says why.</summary>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint dlopen(string file, int mode);

    /// <summary>The last error of dlopen on this thread since the last question, text of the C library's; 0 without one.</summary>
    [LibraryImport("libc")]
    public static partial nint dlerror();
}
