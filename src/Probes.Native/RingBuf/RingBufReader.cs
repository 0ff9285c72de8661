namespace NodeBox.Probes.Native.RingBuf;

/// <summary>Takes one record, in place: the bytes are the ring's own and valid during the call only.</summary>
internal delegate void RecordHandler(ReadOnlySpan<byte> record);

/// <summary>
/// The consumer's side of BPF_MAP_TYPE_RINGBUF (Documentation/bpf/ringbuf.rst). One reader at a time.
/// <code>
///   record:  length (30 bits) | discarded (1) | busy (1) | page offset (32), then length bytes, padded to 8
/// </code>
/// Positions only grow; a record that wraps is contiguous because the data is mapped twice in a row.
/// </summary>
internal sealed unsafe class RingBufReader
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const int HeaderSize = 8;

    private readonly ulong* _consumer;
    private readonly ulong* _producer;
    private readonly byte* _data;
    private readonly ulong _mask;

    /// <param name="consumer">Position up to which this reader has read; it writes it.</param>
    /// <param name="producer">Position up to which programs have reserved.</param>
    /// <param name="data">The ring, twice in a row.</param>
    /// <param name="size">Bytes of the ring: a power of two.</param>
    public RingBufReader(ulong* consumer, ulong* producer, byte* data, int size)
    {
        _consumer = consumer;
        _producer = producer;
        _data = data;
        _mask = (ulong)size - 1;
    }

    /// <summary>Hands over every record that is complete, in the order of reservation.</summary>
    /// <returns>The number of records handed over; discarded ones are skipped.</returns>
    public int Drain(RecordHandler handle)
    {
        int count = 0;
        ulong position = *_consumer;

        // Acquire: what a program wrote before it moved the producer position is visible after this read.
        while (position < Volatile.Read(ref *_producer))
        {
            byte* record = _data + (position & _mask);

            // Acquire: the program clears the busy bit after its last write to the record.
            uint header = Volatile.Read(ref *(uint*)record);
            if ((header & BusyBit) != 0)
            {
                break;
            }

            int length = (int)(header & ~DiscardBit);
            position += (ulong)((HeaderSize + length + 7) & ~7);
            try
            {
                if ((header & DiscardBit) == 0)
                {
                    count++;
                    handle(new ReadOnlySpan<byte>(record + HeaderSize, length));
                }
            }
            finally
            {
                // Release: the kernel may overwrite the record as soon as it sees this.
                Volatile.Write(ref *_consumer, position);
            }
        }

        return count;
    }
}
