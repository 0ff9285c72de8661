using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Tests.Native;

public sealed unsafe class AbiTests
{
    [Fact]
    public void Looks_up_every_function_that_is_bound()
    {
        string[] bound =
        [
            .. typeof(LlamaApi).GetMethods(BindingFlags.Static | BindingFlags.Public)
                .Where(method => method.Name.StartsWith("llama_", StringComparison.Ordinal) || method.Name.StartsWith("ggml_", StringComparison.Ordinal))
                .Select(method => method.Name)
                .Order(),
        ];

        Assert.Equal(bound, LlamaApi.Symbols.Values.SelectMany(names => names).Order());
    }

    [Fact]
    public void Names_the_function_that_another_library_lacks()
    {
        nint library = NativeLibrary.Load("libm.so.6");

        Assert.Null(Abi.MissingSymbol(library, ["cos", "sin"]));
        Assert.Equal("llama_decode", Abi.MissingSymbol(library, ["cos", "llama_decode"]));
    }

    [Fact]
    public void Accepts_a_struct_that_is_written_as_declared()
    {
        Assert.Null(Difference(0x0605_0003_0201, [3, 6, 7]));
    }

    [Fact]
    public void Names_the_byte_at_which_a_struct_differs()
    {
        Assert.Contains("another default at byte 4", Difference(0x0606_0003_0201, [3, 6, 7]));
        Assert.Contains("does not write byte 3", Difference(0x0605_0003_0201, [6, 7]));
        Assert.Contains("writes byte 5", Difference(0x0605_0003_0201, [3, 5, 6, 7]));
        Assert.Contains("does not write byte 6", Difference(0x0605_0003_0201, [3]));
    }

    private static string? Difference(long expected, int[] padding) =>
        Abi.LayoutDifference((nint)(delegate* unmanaged[Cdecl]<byte*, byte*>)&WriteBytes, expected, padding);

    /// <summary>Writes 1, 2, 3, leaves one byte, writes 5, 6: as a C function would that returns a struct with padding.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* WriteBytes(byte* result)
    {
        result[0] = 1;
        result[1] = 2;
        result[2] = 3;
        result[4] = 5;
        result[5] = 6;
        return result;
    }
}
