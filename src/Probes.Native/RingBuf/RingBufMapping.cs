using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.RingBuf;

/// <summary>
/// A ring buffer mapped into this process: the consumer's page (writable), the producer's page, the data, and the data's first page again
/// (read-only). The kernel offers all of the data again, but it is there for records that wrap, none is longer than a page, and every page
/// mapped counts as this process's memory. Disposing unmaps it, after which its reader must not be used.
/// </summary>
internal sealed unsafe class RingBufMapping : IDisposable
{
    private readonly nuint _page = (nuint)Environment.SystemPageSize;
    private readonly nuint _readOnlyLength;
    private byte* _consumer;
    private byte* _producer;

    /// <exception cref="BpfException">The kernel refused a mapping.</exception>
    public RingBufMapping(Map map)
    {
        _readOnlyLength = _page + (nuint)map.Spec.MaxEntries + _page;
        try
        {
            _consumer = Mmap(map, _page, Libc.PROT_READ | Libc.PROT_WRITE, 0);
            _producer = Mmap(map, _readOnlyLength, Libc.PROT_READ, (nint)_page);
        }
        catch
        {
            Dispose();
            throw;
        }

        Reader = new RingBufReader((ulong*)_consumer, (ulong*)_producer, _producer + _page, map.Spec.MaxEntries, (int)_page);
    }

    public RingBufReader Reader { get; }

    public void Dispose()
    {
        Unmap(ref _consumer, _page);
        Unmap(ref _producer, _readOnlyLength);
    }

    private static byte* Mmap(Map map, nuint length, int protection, nint offset)
    {
        void* address = Libc.mmap(null, length, protection, Libc.MAP_SHARED, map.Fd.Number, offset);
        return (nint)address == -1 ? throw BpfException.Last($"mmap of {map.Spec.Name}") : (byte*)address;
    }

    private static void Unmap(ref byte* address, nuint length)
    {
        if (address != null)
        {
            _ = Libc.munmap(address, length);
            address = null;
        }
    }
}
