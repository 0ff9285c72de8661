namespace NodeBox.Probes.Native.Asm;

/// <summary>A piece of memory that programs load, store or copy.</summary>
/// <param name="Offset">Bytes from the pointer the program holds.</param>
/// <param name="Size">Bytes.</param>
internal readonly record struct Field(int Offset, int Size)
{
    /// <summary>Argument <paramref name="index"/> of a tp_btf program, each in its own 8 bytes of the context.</summary>
    public static Field Argument(int index) => new Field(8 * index, 8);

    /// <summary>This field from the beginning of what the outer one lies in.</summary>
    public Field In(Field outer) => this with { Offset = Offset + outer.Offset };

    /// <summary>This field cut into pieces that one load can take, largest first.</summary>
    public IEnumerable<Field> Words()
    {
        int done = 0;
        foreach (int word in (int[])[8, 4, 2, 1])
        {
            for (; Size - done >= word; done += word)
            {
                yield return new Field(Offset + done, word);
            }
        }
    }
}
