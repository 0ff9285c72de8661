using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NodeBox.Probes.Native.RingBuf;

namespace NodeBox.Probes.Native.Tests.RingBuf;

public sealed unsafe class RingBufReaderTests : IDisposable
{
    private const int Size = 64;
    private const int Again = 48;

    private readonly ulong* _positions = (ulong*)NativeMemory.AllocZeroed(16);
    private readonly byte* _data = (byte*)NativeMemory.AllocZeroed(Size + Again);
    private readonly List<string> _read = [];

    private RingBufReader Reader => new(&_positions[0], &_positions[1], _data, Size, Again);

    [Fact]
    public void Reads_complete_records_in_order()
    {
        Write("one");
        Write("eleven more");

        Assert.Equal(2, Drain());
        Assert.Equal(["one", "eleven more"], _read);
        Assert.Equal(_positions[1], _positions[0]);
        Assert.Equal(0, Drain());
    }

    [Fact]
    public void Stops_at_a_record_that_is_being_written()
    {
        Write("one");
        ulong at = Write("two", busy: true);
        Write("three");

        Assert.Equal(1, Drain());
        Assert.Equal(at, _positions[0]);

        SetHeader(at, 3);
        Assert.Equal(2, Drain());
        Assert.Equal(["one", "two", "three"], _read);
    }

    [Fact]
    public void Skips_discarded_records()
    {
        Write("one");
        Write("gone", discarded: true);
        Write("three");

        Assert.Equal(2, Drain());
        Assert.Equal(["one", "three"], _read);
    }

    [Fact]
    public void Records_that_wrap_are_whole()
    {
        Random random = new(3);
        List<string> written = [];
        for (int i = 0; i < 1000; i++)
        {
            written.Add(new string((char)('a' + (i % 26)), random.Next(1, 49)));
            Write(written[^1]);
            Assert.Equal(1, Drain());
        }

        Assert.Equal(written, _read);
        Assert.True(_positions[0] > 100 * Size);
    }

    [Fact]
    public void A_record_that_reaches_beyond_what_is_mapped_is_refused()
    {
        // The header of the next one is the ring's last 8 bytes.
        Write(new string('x', Again));
        Assert.Equal(1, Drain());
        Write(new string('y', Again + 1));
        Assert.Throws<InvalidDataException>(() => Drain());
    }

    [Fact]
    public void A_batch_is_announced_when_its_records_are_reserved_and_before_any_is_read()
    {
        Write("one");
        Write("two");
        int written = 2;

        // A record that comes while the first batch is read belongs to another one.
        RecordHandler read = record =>
        {
            _read.Add(Text(record));
            if (written++ == 2)
            {
                Write("three");
            }
        };
        Assert.Equal(3, Reader.Drain(read, () => _read.Add("batch")));
        Assert.Equal(["batch", "one", "two", "batch", "three"], _read);
        Assert.Equal(0, Reader.Drain(read, () => Assert.Fail("there is none")));
    }

    [Fact]
    public void A_record_whose_handler_fails_is_not_read_again()
    {
        Write("bad");
        Write("good");

        Assert.Throws<FormatException>(() => Reader.Drain(_ => throw new FormatException()));
        Assert.Equal(1, Drain());
        Assert.Equal(["good"], _read);
    }

    public void Dispose()
    {
        NativeMemory.Free(_positions);
        NativeMemory.Free(_data);
    }

    private int Drain()
    {
        return Reader.Drain(record => _read.Add(Text(record)));
    }

    private static string Text(ReadOnlySpan<byte> record) => System.Text.Encoding.ASCII.GetString(record);

    // As kernel/bpf/ringbuf.c reserves and commits, with the second mapping played by writing its bytes twice.
    private ulong Write(string text, bool busy = false, bool discarded = false)
    {
        ulong at = _positions[1];
        for (int i = 0; i < text.Length; i++)
        {
            SetByte(at + 8 + (ulong)i, (byte)text[i]);
        }

        SetHeader(at, (uint)text.Length | (busy ? 1u << 31 : 0) | (discarded ? 1u << 30 : 0));
        _positions[1] = at + (((ulong)text.Length + 15) & ~7ul);
        return at;
    }

    private void SetHeader(ulong at, uint header)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, header);
        for (int i = 0; i < 4; i++)
        {
            SetByte(at + (ulong)i, bytes[i]);
        }
    }

    private void SetByte(ulong at, byte value)
    {
        _data[at % Size] = value;
        if (at % Size < Again)
        {
            _data[(at % Size) + Size] = value;
        }
    }
}
