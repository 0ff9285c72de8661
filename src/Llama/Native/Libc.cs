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
}
