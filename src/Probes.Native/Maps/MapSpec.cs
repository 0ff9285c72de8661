using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Maps;

/// <summary>What a map is made of: the plan that <see cref="Map.Create"/> turns into the kernel's object.</summary>
/// <param name="Name">At most 15 ASCII characters; bpftool shows it.</param>
internal sealed record MapSpec(string Name, bpf_map_type Type, int KeySize, int ValueSize, int MaxEntries)
{
    public bpf_map_flags Flags { get; init; }

    /// <summary>The types of key and value, where the map's type needs them.</summary>
    public MapTypes? Types { get; init; }

    /// <summary>A ring of records from programs to this process (since 5.8). Bytes: a power of two and at least a page.</summary>
    public static MapSpec RingBuffer(string name, int bytes) => new MapSpec(name, bpf_map_type.BPF_MAP_TYPE_RINGBUF, 0, 0, bytes);

    /// <summary>
    /// A value per socket that lives as long as the socket (in tracing programs since 5.11). User space's key is a socket's descriptor.
    /// </summary>
    public static MapSpec SocketStorage(string name, MapTypes types)
    {
        return new MapSpec(name, bpf_map_type.BPF_MAP_TYPE_SK_STORAGE, sizeof(int), types.ValueSize, 0)
        {
            Flags = bpf_map_flags.BPF_F_NO_PREALLOC,
            Types = types,
        };
    }

    /// <summary>One value, whose address programs know: they reach it without a call (since 5.2), and this process by mmap (5.5).</summary>
    public static MapSpec Memory(string name, int bytes) =>
        new MapSpec(name, bpf_map_type.BPF_MAP_TYPE_ARRAY, sizeof(uint), bytes, 1) { Flags = bpf_map_flags.BPF_F_MMAPABLE };

    /// <summary>Values by index, each with a copy per CPU that programs change without atomics.</summary>
    public static MapSpec PerCpuArray(string name, int valueSize, int count) =>
        new MapSpec(name, bpf_map_type.BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(uint), valueSize, count);
}
