using System.Buffers.Binary;

namespace NodeBox.Probes.Native.Btf;

/// <summary>
/// The raw side of BTF (Documentation/bpf/btf.rst): header, one index of type records, the string section.
/// Every read is bounded, so that foreign bytes end in a <see cref="BtfException"/> and nothing else.
/// </summary>
internal sealed class BtfData
{
    private const int HeaderSize = 24;
    private const ushort Magic = 0xeb9f;
    private const int RecordSize = 12;

    private readonly byte[] _data;
    private readonly int _strings;
    private readonly int _stringsEnd;
    private readonly List<int> _types = [0];

    public BtfData(byte[] data)
    {
        _data = data;
        if (data.Length < HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(data) != Magic)
        {
            throw new BtfException("not BTF: the data does not begin with its magic number 0xeb9f in this machine's byte order");
        }

        long header = (uint)Int(4);
        (int types, int typesEnd) = Section("type", header + (uint)Int(8), (uint)Int(12));
        (_strings, _stringsEnd) = Section("string", header + (uint)Int(16), (uint)Int(20));
        Index(types, typesEnd);
    }

    /// <summary>Number of types; ids run from 1 to one less.</summary>
    public int Count => _types.Count;

    public BtfType Type(int id)
    {
        if (id <= 0 || id >= _types.Count)
        {
            throw new BtfException($"BTF refers to type {id}, of {_types.Count - 1}");
        }

        int at = _types[id];
        uint info = (uint)Int(at + 4);
        return new BtfType((BtfKind)((info >> 24) & 0x1f), at + RecordSize, Int(at), (int)(info & 0xffff), info >> 31 != 0, Int(at + 8));
    }

    /// <summary>The kind and name of a type alone, for scans over all of them.</summary>
    public bool Is(int id, BtfKind kind, ReadOnlySpan<byte> name)
    {
        int at = _types[id];
        return (BtfKind)(((uint)Int(at + 4) >> 24) & 0x1f) == kind && NameIs(Int(at), name);
    }

    public bool NameIs(int name, ReadOnlySpan<byte> expected)
    {
        ReadOnlySpan<byte> strings = _data.AsSpan(_strings, _stringsEnd - _strings);
        if ((uint)name >= (uint)strings.Length)
        {
            throw new BtfException($"BTF name {name} lies outside of its strings");
        }

        ReadOnlySpan<byte> rest = strings[name..];
        return rest.Length > expected.Length && rest[expected.Length] == 0 && rest.StartsWith(expected);
    }

    public int Int(int at)
    {
        return at >= 0 && at <= _data.Length - 4
            ? BinaryPrimitives.ReadInt32LittleEndian(_data.AsSpan(at))
            : throw new BtfException($"BTF ends before byte {(long)at + 4}");
    }

    private (int Begin, int End) Section(string name, long begin, uint length)
    {
        return begin + length <= _data.Length
            ? ((int)begin, (int)(begin + length))
            : throw new BtfException($"BTF's {name} section ends at byte {begin + length}, after the data's {_data.Length}");
    }

    private void Index(int begin, int end)
    {
        for (int at = begin; at < end;)
        {
            uint info = (uint)Int(at + 4);
            _types.Add(at);
            at += RecordSize + Extra((BtfKind)((info >> 24) & 0x1f), (int)(info & 0xffff));
            if (at > end)
            {
                throw new BtfException($"BTF type {_types.Count - 1} reaches beyond the type section");
            }
        }
    }

    private static int Extra(BtfKind kind, int count)
    {
        return kind switch
        {
            BtfKind.Int or BtfKind.Var or BtfKind.DeclTag => 4,
            BtfKind.Array => 12,
            BtfKind.Struct or BtfKind.Union or BtfKind.DataSec or BtfKind.Enum64 => 12 * count,
            BtfKind.Enum or BtfKind.FuncProto => 8 * count,
            BtfKind.Pointer or BtfKind.Forward or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict
                or BtfKind.Func or BtfKind.Float or BtfKind.TypeTag => 0,
            _ => throw new BtfException($"BTF kind {(int)kind} is not known"),
        };
    }
}
