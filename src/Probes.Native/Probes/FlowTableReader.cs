using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Reads the <see cref="FlowTable"/> from this process, into which it is mapped, all of its pages at once, and frees places that no program
/// will. Programs write meanwhile. Disposing unmaps it.
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
        void* address = Libc.mmap(null, _length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, map.Fd.Number, 0);
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

    /// <summary>
    /// Frees places of flows whose sockets are gone: the kernel skips a program that runs already on that processor, also when a socket closes.
    /// A socket that begins or moves while sockets are listed may be missing there, so a place is freed that was unlisted the last time as well.
    /// </summary>
    /// <param name="listed">The cookies of all open sockets.</param>
    /// <param name="before">What the last call returned.</param>
    /// <returns>The cookies with a place that are not listed.</returns>
    public HashSet<ulong> FreeUnlisted(IReadOnlySet<ulong> listed, IReadOnlySet<ulong> before)
    {
        HashSet<ulong> unlisted = [];
        for (byte* place = _places; place < _places + _length; place += _place)
        {
            ref ulong owner = ref ((flow_state*)place)->cookie;
            ulong cookie = Volatile.Read(ref owner);
            if (cookie == 0 || listed.Contains(cookie))
            {
                continue;
            }

            if (before.Contains(cookie))
            {
                // Another flow may have taken it meanwhile.
                Interlocked.CompareExchange(ref owner, 0, cookie);
            }
            else
            {
                unlisted.Add(cookie);
            }
        }

        return unlisted;
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
