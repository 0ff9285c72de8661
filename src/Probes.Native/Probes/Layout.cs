using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Asm;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Tells programs where C# put the fields of the structs that both sides share, so that the layout is written down once.</summary>
internal static class Layout
{
    public static Field Of<TStruct, TField>(ref TStruct outer, ref TField field)
        where TStruct : unmanaged
        where TField : unmanaged
    {
        nint offset = Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref outer), ref Unsafe.As<TField, byte>(ref field));
        return new Field((int)offset, Unsafe.SizeOf<TField>());
    }
}
