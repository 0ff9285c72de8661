using System.Text;
using NodeBox.Probes.Native.Asm;

namespace NodeBox.Probes.Native.Btf;

/// <summary>Answers where things are in the running kernel: members of structs, enumerators, tracepoints.</summary>
internal sealed class BtfSpec(byte[] data)
{
    /// <summary>Where the kernel publishes its own types (CONFIG_DEBUG_INFO_BTF, since 5.4).</summary>
    public const string KernelPath = "/sys/kernel/btf/vmlinux";

    // No kernel type nests deeper by far; a cycle in foreign bytes does.
    private const int MaxDepth = 32;

    private readonly BtfData _data = new(data);
    private readonly Dictionary<(BtfKind, string), int> _found = [];

    /// <summary>The types of the running kernel.</summary>
    /// <exception cref="FileNotFoundException">The kernel has no BTF.</exception>
    public static BtfSpec LoadKernel() => new BtfSpec(File.ReadAllBytes(KernelPath));

    /// <summary>The number of types.</summary>
    public int Count => _data.Count - 1;

    /// <summary>The id of the first type of this kind and name.</summary>
    /// <exception cref="BtfException">There is none.</exception>
    public int Find(BtfKind kind, string name)
    {
        if (_found.TryGetValue((kind, name), out int known))
        {
            return known;
        }

        byte[] bytes = Encoding.ASCII.GetBytes(name);
        for (int id = 1; id < _data.Count; id++)
        {
            if (_data.Is(id, kind, bytes))
            {
                _found.Add((kind, name), id);
                return id;
            }
        }

        throw new BtfException($"this kernel has no {kind.ToString().ToLowerInvariant()} {name}");
    }

    /// <summary>What a tp_btf program attaches to: the typedef btf_trace_NAME, which points to the tracepoint's prototype.</summary>
    public int Tracepoint(string name) => Find(BtfKind.Typedef, "btf_trace_" + name);

    /// <summary>The number of arguments of a tracepoint, without the leading pointer that programs do not see.</summary>
    public int TracepointArguments(string name)
    {
        BtfType pointer = _data.Type(Resolve(Tracepoint(name)));
        BtfType prototype = pointer.Kind == BtfKind.Pointer ? _data.Type(Resolve(pointer.SizeOrType)) : pointer;
        return prototype.Kind == BtfKind.FuncProto && prototype.Count > 0
            ? prototype.Count - 1
            : throw new BtfException($"the tracepoint {name} has no prototype");
    }

    /// <summary>
    /// A member by its path, as in <c>rtt_min.s[0].v</c>; members of anonymous structs and unions count as the outer struct's.
    /// </summary>
    /// <exception cref="BtfException">The struct or a member is not there.</exception>
    public BtfMember Member(string structName, string path)
    {
        string whole = $"{structName}.{path}";
        Place place = new(Find(BtfKind.Struct, structName), 0, 0);
        foreach (string part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            int type = Resolve(place.Type);
            place = part.StartsWith('[')
                ? Element(type, place, int.Parse(part.Trim('[', ']')), whole)
                : FindMember(type, Encoding.ASCII.GetBytes(part), place.BitOffset, [], MaxDepth)
                    ?? throw new BtfException($"this kernel has no member {part} in {whole}");
        }

        int size = Size(place.Type, MaxDepth);
        return place.BitOffset >= 0 && size >= 0
            ? new BtfMember(whole, place.BitOffset, size, place.BitSize)
            : throw new BtfException($"{whole} lies at bit {place.BitOffset} with {size} bytes");
    }

    /// <summary>The member as a field that one instruction, or a copy, can take.</summary>
    public Field Field(string structName, string path) => Member(structName, path).Field;

    /// <summary>The same, or null where this kernel lacks the member or has a bitfield there.</summary>
    public Field? FindField(string structName, string path)
    {
        try
        {
            return Field(structName, path);
        }
        catch (BtfException)
        {
            return null;
        }
    }

    /// <summary>The value of an enumerator of a 32-bit enum.</summary>
    public int Enumerator(string enumName, string name)
    {
        BtfType type = _data.Type(Find(BtfKind.Enum, enumName));
        byte[] bytes = Encoding.ASCII.GetBytes(name);
        for (int at = type.At; at < type.At + (8 * type.Count); at += 8)
        {
            if (_data.NameIs(_data.Int(at), bytes))
            {
                return _data.Int(at + 4);
            }
        }

        throw new BtfException($"this kernel has no {name} in enum {enumName}");
    }

    // Depth first, as C looks a name up. Structs already searched are skipped, or foreign bytes could make the search exponential.
    private Place? FindMember(int structId, ReadOnlySpan<byte> name, int bitOffset, HashSet<int> searched, int depth)
    {
        BtfType type = _data.Type(structId);
        if (type.Kind is not (BtfKind.Struct or BtfKind.Union) || !searched.Add(structId))
        {
            return null;
        }

        for (int at = type.At; at < type.At + (12 * type.Count); at += 12)
        {
            int memberName = _data.Int(at);
            int offset = _data.Int(at + 8);
            Place member = type.KindFlag
                ? new Place(_data.Int(at + 4), bitOffset + (offset & 0xffffff), offset >>> 24)
                : new Place(_data.Int(at + 4), bitOffset + offset, 0);
            if (memberName != 0 && _data.NameIs(memberName, name))
            {
                return member;
            }

            if (memberName == 0
                && FindMember(Resolve(member.Type), name, member.BitOffset, searched, Deeper(depth)) is Place inner)
            {
                return inner;
            }
        }

        return null;
    }

    private Place Element(int arrayId, Place array, int index, string path)
    {
        BtfType type = _data.Type(arrayId);
        if (type.Kind != BtfKind.Array || (uint)index >= (uint)_data.Int(type.At + 8))
        {
            throw new BtfException($"{path}: there is no element {index}");
        }

        int element = _data.Int(type.At);
        return new Place(element, array.BitOffset + (8 * index * Size(element, MaxDepth)), 0);
    }

    private int Size(int id, int depth)
    {
        BtfType type = _data.Type(Resolve(id));
        return type.Kind switch
        {
            BtfKind.Pointer => 8,
            BtfKind.Array => Multiply(_data.Int(type.At + 8), Size(_data.Int(type.At), Deeper(depth))),
            BtfKind.Int or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float => type.SizeOrType,
            _ => throw new BtfException($"BTF type {id} of kind {type.Kind} has no size"),
        };
    }

    // Follows typedefs, qualifiers and tags to the type itself.
    private int Resolve(int id)
    {
        for (int depth = MaxDepth; ; depth = Deeper(depth))
        {
            BtfType type = _data.Type(id);
            if (type.Kind is not (BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag))
            {
                return id;
            }

            id = type.SizeOrType;
        }
    }

    private static int Deeper(int depth) => depth > 0 ? depth - 1 : throw new BtfException($"BTF types nest deeper than {MaxDepth}");

    private static int Multiply(int count, int size)
    {
        long bytes = (long)count * size;
        return bytes is >= 0 and <= int.MaxValue / 8 ? (int)bytes : throw new BtfException($"a BTF array of {bytes} bytes is too large");
    }

    private readonly record struct Place(int Type, int BitOffset, int BitSize);
}
