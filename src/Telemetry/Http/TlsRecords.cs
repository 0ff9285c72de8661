using System.Buffers;
using System.Buffers.Binary;

namespace NodeBox.Telemetry.Http;

/// <summary>Where TLS records end in a stream of them: RFC 8446, 5.1. Anything else is taken for records all the same, without harm.</summary>
internal sealed class TlsRecords
{
    private const int HeaderLength = 5;
    private const int LengthAt = 3;

    private readonly byte[] _header = new byte[HeaderLength];
    private int _inHeader;
    private int _bodyLeft;

    /// <summary>How much of what comes next belongs to the record that it begins in; all of it where the record is not complete.</summary>
    public long LengthToGive(ReadOnlySequence<byte> next)
    {
        if (_bodyLeft > 0)
        {
            return Math.Min(_bodyLeft, next.Length);
        }

        int missing = HeaderLength - _inHeader;
        if (next.Length < missing)
        {
            return next.Length;
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        _header.AsSpan(0, _inHeader).CopyTo(header);
        next.Slice(0, missing).CopyTo(header[_inHeader..]);
        return Math.Min(missing + BodyLength(header), next.Length);
    }

    /// <summary>Goes on behind <paramref name="taken"/>, which ends in the same record as it begins.</summary>
    public void Take(ReadOnlySequence<byte> taken)
    {
        if (_bodyLeft == 0)
        {
            int ofHeader = (int)Math.Min(HeaderLength - _inHeader, taken.Length);
            taken.Slice(0, ofHeader).CopyTo(_header.AsSpan(_inHeader));
            _inHeader += ofHeader;
            taken = taken.Slice(ofHeader);
            if (_inHeader < HeaderLength)
            {
                return;
            }

            _bodyLeft = BodyLength(_header);
            _inHeader = 0;
        }

        _bodyLeft -= (int)taken.Length;
    }

    private static int BodyLength(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header[LengthAt..]);
}
