using System.Buffers.Binary;
using System.Text;

namespace NodeBox.Probes.Native.Btf;

/// <summary>Writes the small BTF that describes a map's key and value: integers, arrays and structs.</summary>
internal sealed class BtfBuilder
{
    private readonly List<int> _types = [];
    private readonly List<byte> _strings = [0];
    private int _count;

    /// <returns>The new type's id, as the other methods.</returns>
    public int Int(string name, int bytes, bool signed)
    {
        int encoding = signed ? 1 << 24 : 0;
        return Add(Name(name), Info(BtfKind.Int, 0), bytes, encoding | (8 * bytes));
    }

    public int Array(int element, int index, int count) => Add(0, Info(BtfKind.Array, 0), 0, element, index, count);

    /// <param name="members">Name, type id and offset in bytes of each.</param>
    public int Struct(string name, int bytes, params ReadOnlySpan<(string Name, int Type, int Offset)> members)
    {
        List<int> extra = [];
        foreach ((string member, int type, int offset) in members)
        {
            extra.AddRange([Name(member), type, 8 * offset]);
        }

        return Add(Name(name), Info(BtfKind.Struct, members.Length), bytes, [.. extra]);
    }

    public byte[] Build()
    {
        byte[] strings = [.. _strings];
        int[] header = [0x0001_eb9f, 24, 0, 4 * _types.Count, 4 * _types.Count, strings.Length];
        byte[] data = new byte[24 + (4 * _types.Count) + strings.Length];
        int at = 0;
        foreach (int word in (IEnumerable<int>)[.. header, .. _types])
        {
            BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(at), word);
            at += 4;
        }

        strings.CopyTo(data, at);
        return data;
    }

    private static int Info(BtfKind kind, int count) => ((int)kind << 24) | count;

    private int Name(string name)
    {
        if (name.Length == 0)
        {
            return 0;
        }

        int at = _strings.Count;
        _strings.AddRange(Encoding.ASCII.GetBytes(name + "\0"));
        return at;
    }

    private int Add(int name, int info, int sizeOrType, params ReadOnlySpan<int> extra)
    {
        _types.AddRange([name, info, sizeOrType]);
        _types.AddRange(extra);
        return ++_count;
    }
}
