using System.Text;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Maps;

/// <summary>A map in the kernel, freed when nothing holds its descriptor any more: this object, a program, another process.</summary>
internal sealed class Map : IDisposable
{
    private Map(MapSpec spec, Fd fd)
    {
        Spec = spec;
        Fd = fd;
    }

    public MapSpec Spec { get; }

    public Fd Fd { get; }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public static unsafe Map Create(MapSpec spec)
    {
        bpf_attr_map_create attr = new()
        {
            map_type = spec.Type,
            key_size = (uint)spec.KeySize,
            value_size = (uint)spec.ValueSize,
            max_entries = (uint)spec.MaxEntries,
            map_flags = spec.Flags,
        };
        Encoding.ASCII.GetBytes(spec.Name, new Span<byte>(attr.map_name, 15));
        if (spec.Types is not MapTypes types)
        {
            return new Map(spec, Bpf.MapCreate(ref attr, spec.Name));
        }

        // The map keeps its own reference to the types, so their descriptor can be closed.
        using Fd btf = Bpf.BtfLoad(types.Btf);
        attr.btf_fd = btf.Number;
        attr.btf_key_type_id = (uint)types.Key;
        attr.btf_value_type_id = (uint)types.Value;
        return new Map(spec, Bpf.MapCreate(ref attr, spec.Name));
    }

    public void Dispose() => Fd.Dispose();
}
