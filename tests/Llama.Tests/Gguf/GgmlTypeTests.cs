using System.Runtime.InteropServices;
using NodeBox.Llama.Gguf;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Tests.Gguf;

public sealed unsafe class GgmlTypeTests
{
    [Fact]
    public void Has_the_names_and_sizes_of_ggml()
    {
        nint ggml = NativeLibrary.Load(Path.Combine(LlamaLibrary.Load().Directory, LibraryFiles.FileOf(LlamaApi.GgmlBase)));
        var nameOf = (delegate* unmanaged[Cdecl]<uint, byte*>)NativeLibrary.GetExport(ggml, "ggml_type_name");
        var elementsOf = (delegate* unmanaged[Cdecl]<uint, long>)NativeLibrary.GetExport(ggml, "ggml_blck_size");
        var bytesOf = (delegate* unmanaged[Cdecl]<uint, nuint>)NativeLibrary.GetExport(ggml, "ggml_type_size");

        // The last type of this ggml is Q2_0; asked for one beyond, it aborts.
        for (uint id = 0; id <= 42; id++)
        {
            if (elementsOf(id) > 0)
            {
                var peer = new GgmlType(Marshal.PtrToStringUTF8((nint)nameOf(id))!.ToUpperInvariant(), (uint)elementsOf(id), (uint)bytesOf(id));
                Assert.Equal(peer, GgmlType.Of(id));
            }
        }
    }

    [Fact]
    public void Gives_a_type_that_it_does_not_know_a_name_and_no_size()
    {
        Assert.Equal("type 64", GgmlType.Of(64).Name);
        Assert.Equal(0ul, GgmlType.Of(64).SizeOf(1000));
    }
}
