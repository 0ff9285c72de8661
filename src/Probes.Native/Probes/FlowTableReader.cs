using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Reads the <see cref="FlowTable"/> from this process, into which it is mapped, all of its pages at once. Programs write meanwhile.
/// Disposing unmaps it.
/// </summary>
internal sealed unsafe class FlowTableReader : IDisposable
{
    private const int Attempts = 10;

    private readonly nuint _length;
    private readonly int _place;
    private readonly uint _mask;
    private byte* _places;

    /// <exception cref="BpfException">The kernel refused the mapping.</exception>
    public FlowTableReader(Map map, FlowProbeOptions options)
    {
        _length = (nuint)map.Spec.ValueSize;
        _place = FlowTable.PlaceBytes(options);
        _mask = (uint)options.FlowPlaces - 1;
        void* address = Libc.mmap(null, _length, Libc.PROT_READ, Libc.MAP_SHARED, map.Fd.Number, 0);
        _places = (nint)address == -1 ? throw BpfException.Last($"mmap of {map.Spec.Name}") : (byte*)address;
    }

    /// <summary>A copy of a flow's state, or null.</summary>
    public flow_state? Find(ulong cookie)
    {
        byte* place = Place(cookie);
        return place == null ? null : OfThe(cookie, Copy((flow_state*)place));
    }

    /// <summary>A copy of a flow's packets; none where they are not asked for.</summary>
    public flow_packets FindPackets(ulong cookie)
    {
        byte* place = _place > sizeof(flow_state) ? Place(cookie) : null;
        return place == null ? default : Copy((flow_packets*)(place + sizeof(flow_state)));
    }

    public void Dispose()
    {
        if (_places != null)
        {
            _ = Libc.munmap(_places, _length);
            _places = null;
        }
    }

    private byte* Place(ulong cookie)
    {
        uint first = (uint)FlowTable.FirstPlace(cookie);
        for (uint i = 0; i < FlowTable.Reach && cookie != 0; i++)
        {
            byte* place = _places + ((long)((first + i) & _mask) * _place);
            if (((flow_state*)place)->cookie == cookie)
            {
                return place;
            }
        }

        return null;
    }

    // Another flow may have taken the place.
    private static flow_state? OfThe(ulong cookie, flow_state copy) => copy.cookie == cookie ? copy : null;

    // A program writes for less than a microsecond, so two copies that are equal are whole.
    private static T Copy<T>(T* place)
        where T : unmanaged
    {
        T copy = *place;
        for (int i = 0; i < Attempts; i++)
        {
            Interlocked.MemoryBarrier();
            T again = *place;
            if (new ReadOnlySpan<byte>(&copy, sizeof(T)).SequenceEqual(new ReadOnlySpan<byte>(&again, sizeof(T))))
            {
                break;
            }

            copy = again;
        }

        return copy;
    }
}
