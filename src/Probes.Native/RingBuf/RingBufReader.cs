namespace NodeBox.Probes.Native.RingBuf;

/// <summary>Takes one record, in place: the bytes are the ring's own and valid during the call only.</summary>
internal delegate void RecordHandler(ReadOnlySpan<byte> record);

/// <summary>
/// The consumer's side of BPF_MAP_TYPE_RINGBUF (Documentation/bpf/ringbuf.rst). One reader at a time.
/// <code>
///   record:  length (30 bits) | discarded (1) | busy (1) | page offset (32), then length bytes, padded to 8
/// </code>
/// Positions only grow; a record that wraps is contiguous because the data's beginning is mapped again behind its end.
/// </summary>
internal sealed unsafe class RingBufReader
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const int HeaderSize = 8;

    private readonly ulong* _consumer;
    private readonly ulong* _producer;
    private readonly byte* _data;
    private readonly byte* _end;
    private readonly ulong _mask;

    /// <param name="consumer">Position up to which this reader has read; it writes it.</param>
    /// <param name="producer">Position up to which programs have reserved.</param>
    /// <param name="data">The ring, and behind it its beginning again.</param>
    /// <param name="size">Bytes of the ring: a power of two.</param>
    /// <param name="again">Bytes of its beginning that are there again: no record is longer.</param>
    public RingBufReader(ulong* consumer, ulong* producer, byte* data, int size, int again)
    {
        _consumer = consumer;
        _producer = producer;
        _data = data;
        _end = data + size + again;
        _mask = (ulong)size - 1;
    }

    /// <summary>Hands over every record that is complete, in the order of reservation.</summary>
    /// <param name="handle">Takes the records; discarded ones are skipped.</param>
    /// <param name="beforeBatch">Is called when the records that are handed over next have been reserved.</param>
    /// <returns>The number of records handed over.</returns>
    /// <exception cref="InvalidDataException">A record reaches beyond what is mapped.</exception>
    public int Drain(RecordHandler handle, Action? beforeBatch = null)
    {
        int count = 0;
        ulong position = *_consumer;

        // Acquire: what a program wrote before it moved the producer position is visible after this read.
        while (Volatile.Read(ref *_producer) is ulong end && position < end)
        {
            beforeBatch?.Invoke();
            while (position < end)
            {
                byte* record = _data + (position & _mask);

                // Acquire: the program clears the busy bit after its last write to the record.
                uint header = Volatile.Read(ref *(uint*)record);
                if ((header & BusyBit) != 0)
                {
                    return count;
                }

                int length = (int)(header & ~DiscardBit);
                position += (ulong)((HeaderSize + length + 7) & ~7);
                try
                {
                    if ((header & DiscardBit) == 0)
                    {
                        count++;
                        handle(RecordAt(record, length));
                    }
                }
                finally
                {
                    // Release: the kernel may overwrite the record as soon as it sees this.
                    Volatile.Write(ref *_consumer, position);
                }
            }
        }

        return count;
    }

    private ReadOnlySpan<byte> RecordAt(byte* record, int length)
    {
        long mapped = _end - record;
        if (HeaderSize + length > mapped)
        {
            throw new InvalidDataException($"a record of {length} bytes reaches beyond the {mapped} that are mapped of it");
        }

        return new ReadOnlySpan<byte>(record + HeaderSize, length);
    }
}
