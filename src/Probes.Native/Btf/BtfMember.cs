using NodeBox.Probes.Native.Asm;

namespace NodeBox.Probes.Native.Btf;

/// <summary>Where a member lies in its outermost struct.</summary>
/// <param name="Path">As asked for, with the struct's name in front.</param>
/// <param name="BitOffset">Bits from the struct's beginning.</param>
/// <param name="Size">Bytes of the member's type.</param>
/// <param name="BitSize">Bits of a bitfield; 0 for other members.</param>
internal readonly record struct BtfMember(string Path, int BitOffset, int Size, int BitSize)
{
    /// <summary>The member as something a program loads at once.</summary>
    /// <exception cref="BtfException">It is a bitfield.</exception>
    public Field Field => BitSize == 0
        ? new Field(BitOffset / 8, Size)
        : throw new BtfException($"{Path} is a bitfield of {BitSize} bits and cannot be loaded whole");
}
