using NodeBox.Accounting.Tests.Captures;

namespace NodeBox.Accounting.Tests.Streams;

/// <summary>One direction of a connection: its bytes by their offset from the beginning, and the packets that carried them.</summary>
internal sealed class ByteStream
{
    private readonly uint _first;
    private readonly Coverage _coverage = new();
    private readonly List<Transmission> _transmissions = [];
    private readonly List<(long Offset, ReadOnlyMemory<byte> Data)> _pieces = [];
    private long _reference;
    private long _acknowledged;
    private TcpFlags _controls;
    private int? _taken;
    private bool _isOver;

    /// <param name="first">The sequence number of the first byte.</param>
    public ByteStream(uint first) => _first = first;

    /// <summary>Every packet that carried data, in the order of the capture.</summary>
    public IReadOnlyList<Transmission> Transmissions => _transmissions;

    /// <summary>
    /// Those of them that came to the other end before it reset the connection: what is on its way then no socket receives. A sender that is
    /// just at work sends on until it takes the reset.
    /// </summary>
    public IEnumerable<Transmission> Arrived => _transmissions.Take(_taken ?? _transmissions.Count);

    /// <summary>How many bytes there are from the beginning without a gap.</summary>
    public long Bytes => _coverage.Contiguous;

    /// <summary>
    /// How many of them the other end took. An end that has closed answers data with a reset: it takes nothing that it has not acknowledged.
    /// </summary>
    public long TakenBytes => _taken is null ? Bytes : Math.Min(Bytes, _acknowledged);

    /// <summary>Whether bytes are missing before others that are there.</summary>
    public bool HasGap => _coverage.End > _coverage.Contiguous;

    /// <summary>How many SYNs and FINs without data were sent once more.</summary>
    public int ControlRepeats { get; private set; }

    /// <param name="segment">A packet of this direction.</param>
    /// <param name="order">Its place among all packets of the capture.</param>
    public void Add(Segment segment, int order)
    {
        // Who has reset the connection sends nothing more on it.
        _isOver |= segment.Has(TcpFlags.Rst);
        if (_isOver)
        {
            return;
        }

        long offset = OffsetOf(segment.Sequence) + (segment.Has(TcpFlags.Syn) ? 1 : 0);
        if (segment.PayloadBytes == 0)
        {
            TcpFlags control = segment.Flags & (TcpFlags.Syn | TcpFlags.Fin);
            ControlRepeats += control != 0 && (_controls & control) == control ? 1 : 0;
            _controls |= control;
            return;
        }

        _controls |= segment.Flags & TcpFlags.Fin;

        // A keepalive probe may carry a byte from before the beginning.
        long begin = Math.Max(offset, 0);
        long end = offset + segment.PayloadBytes;
        long newBytes = _coverage.Add(begin, end);
        _transmissions.Add(new Transmission(order, segment.AtNs, offset, segment.PayloadBytes, newBytes));
        if (newBytes > 0)
        {
            _pieces.Add((offset, segment.Payload));
            _reference = Math.Max(_reference, end);
        }
    }

    /// <summary>Notes what the other end says of this direction: how far it came, and whether it resets the connection.</summary>
    public void AddAnswer(Segment segment)
    {
        if (segment.Has(TcpFlags.Ack))
        {
            _acknowledged = Math.Max(_acknowledged, OffsetOf(segment.Acknowledgement));
        }

        if (segment.Has(TcpFlags.Rst))
        {
            _taken ??= _transmissions.Count;
        }
    }

    /// <summary>Where a sequence number stands, in bytes from the beginning. Numbers wrap: it is the place nearest to what was seen last.</summary>
    public long OffsetOf(uint sequence) => _reference + (int)(sequence - (uint)(_first + _reference));

    /// <summary>The bytes from the beginning to the first gap.</summary>
    /// <exception cref="CaptureException">The capture cut the packets off.</exception>
    public byte[] Content()
    {
        byte[] content = new byte[Bytes];
        long filled = 0;
        foreach ((long offset, ReadOnlyMemory<byte> data) in _pieces.OrderBy(static piece => piece.Offset))
        {
            if (offset > filled)
            {
                break;
            }

            int known = (int)(filled - offset);
            if (known < data.Length)
            {
                data.Span[known..].CopyTo(content.AsSpan((int)filled));
                filled = offset + data.Length;
            }
        }

        return filled == content.Length
            ? content
            : throw new CaptureException($"the capture has only {filled} of {content.Length} bytes: take it with a longer snapshot length");
    }
}
